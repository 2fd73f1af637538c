-- Wrap-up reached its limit: the item ends without an outcome.
-- KEYS: routing slot
-- REQ: item
-- REPLY: item state queue agent offer open, or open = false when there was nothing to end
-- REFUSE: none
local c = L.routing(keys)
local it = L.item(c, req.item)
local due = redis.call('ZSCORE', c.p .. 'due', 'wrap:' .. req.item)
if not due or tonumber(due) > c.now then return L.item_reply(nil) end
redis.call('ZREM', c.p .. 'due', 'wrap:' .. req.item)
if not it or it.state ~= 'wrapping' then return L.item_reply(it) end

L.item_lapse(c, it)
L.routing_done(c)
return L.item_reply(it)
