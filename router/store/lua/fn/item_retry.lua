-- A memory of letting the item pass has ended: look again; begin anew when everybody let it pass too often.
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

if not L.match_item(c, it) then
  if not L.memory_ends(c, it) and L.is_stuck(c, it) then
    L.forget(c, it)
    L.decision_note(c, it, 'stuck')
    c.alarm = { alarm = 'stuck', item = it.id, queue = it.queue }
    L.match_item(c, it)
  else
    L.retry_later(c, it)
    L.decision_end(c, it, 'waiting')
  end
end
L.routing_done(c)
return L.item_reply(it)
