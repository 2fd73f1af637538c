-- A messaging item nobody touched for idle_ms ends by itself, outcome pending.
-- KEYS: routing slot
-- REQ: item
-- REPLY: item state queue agent offer open, or open = false when there was nothing to end
-- REFUSE: none
local c = L.routing(keys)
local it = L.item(c, req.item)
local due = redis.call('ZSCORE', c.p .. 'due', 'idle:' .. req.item)
if not due or tonumber(due) > c.now then return L.item_reply(nil) end
redis.call('ZREM', c.p .. 'due', 'idle:' .. req.item)
-- An item that still waits is never given up for idleness: the customer waits for us.
if not it or (it.state ~= 'active' and it.state ~= 'wrapping') then return L.item_reply(it) end

L.set(it, 'outcome', 'pending')
L.happened(c, it, {
  what = 'completed', agent = it.agent, queue = it.queue, outcome = 'pending', want = tonumber(it.want),
})
L.item_end(c, it, 'done')
L.routing_done(c)
return L.item_reply(it)
