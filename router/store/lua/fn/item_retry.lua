-- The memory of a decline has passed: look for an agent again.
-- KEYS: routing slot
-- REQ: item
-- REPLY: item state queue agent offer open
-- REFUSE: none
local c = L.routing(keys)
local it = L.item(c, req.item)
local due = redis.call('ZSCORE', c.p .. 'due', 'retry:' .. req.item)
if not due or tonumber(due) > c.now then return L.item_reply(nil) end
redis.call('ZREM', c.p .. 'due', 'retry:' .. req.item)
if not it or it.state ~= 'waiting' then return L.item_reply(it) end

L.match_item(c, it)
L.routing_done(c)
return L.item_reply(it)
