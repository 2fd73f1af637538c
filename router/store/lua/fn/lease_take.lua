-- Take the lease of a source, or hold it longer; while another holds it, it stays theirs.
-- KEYS: system slot
-- REQ: workspace source · holder: who asks · ms: how long it lasts
-- REPLY: held: whether it is the asker's now
-- REFUSE: none
local key = L.key_lease(L.prefix(keys[1]), req.workspace, req.source)
local holder = redis.call('GET', key)
if holder and holder ~= req.holder then return { held = false } end
redis.call('SET', key, req.holder, 'PX', req.ms)
return { held = true }
