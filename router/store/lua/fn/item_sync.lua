-- Bring a conversation's item in line with what the conversation needs now.
-- KEYS: routing slot
-- REQ: cnv hid view rev want_rev ended seen in_n received_ms · queue channel label lane skills priority
--   add_ms offer_ms wrap_ms idle_ms max_offers issue topic reg
-- REPLY: item state queue agent offer open: what the conversation has now (no item: open = false)
-- REFUSE: STALE
local c = L.routing(keys)
local key = c.p .. 'ic:' .. req.cnv
local known = redis.call('HMGET', key, 'rev', 'end_want', 'item')
local it = known[3] and L.item(c, known[3])
if req.rev <= tonumber(known[1] or 0) then return L.item_reply(it) end

local open = it and L.is_live(it.state)
local create = not open and not req.ended and req.want_rev > tonumber(known[2] or 0)
if create and (req.reg ~= c.reg or redis.call('HEXISTS', c.p .. 'lanes', req.lane) == 0) then
  return redis.error_reply('STALE the registry moved on')
end

redis.call('HSET', key, 'rev', req.rev, 'want', req.want_rev)
if open and req.ended then
  L.item_left(c, it)
elseif open then
  if req.want_rev > tonumber(it.want) then L.item_bump(c, it, req) end
  if req.seen then L.item_seen(c, it) end
elseif create then
  if known[1] then redis.call('PERSIST', key) end
  it = L.item_new(c, req)
  redis.call('HSET', key, 'item', it.id)
else
  redis.call('EXPIRE', key, 5184000)
end
L.routing_done(c)
return L.item_reply(it)
