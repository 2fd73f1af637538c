-- The agent an item waits for did not take it in time: everybody who serves the queue may.
-- KEYS: routing slot
-- REQ: item
-- REPLY: item state queue agent offer open
-- REFUSE: none
local c = L.routing(keys)
local it = L.item(c, req.item)
local due = redis.call('ZSCORE', c.p .. 'due', 'widen:' .. req.item)
if not due or tonumber(due) > c.now then return L.item_reply(nil) end
redis.call('ZREM', c.p .. 'due', 'widen:' .. req.item)
if not it or not L.is_private(it.lane) then return L.item_reply(it) end

L.item_widen(c, it)
L.routing_done(c)
return L.item_reply(it)
