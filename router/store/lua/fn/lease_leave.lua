-- Leave the lease of a source, so that another need not wait for its end.
-- KEYS: system slot
-- REQ: workspace source · holder: who leaves it
-- REPLY: left: whether it was theirs
-- REFUSE: none
local key = L.key_lease(L.prefix(keys[1]), req.workspace, req.source)
if redis.call('GET', key) ~= req.holder then return { left = false } end
redis.call('DEL', key)
return { left = true }
