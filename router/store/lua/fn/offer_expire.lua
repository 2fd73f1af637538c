-- An offer's time is up: back with the item; an agent who misses too many is set away.
-- KEYS: routing slot
-- REQ: offer memory_ms misses_to_away
-- REPLY: item state queue agent offer open, or open = false when there was nothing to expire
-- REFUSE: none
local c = L.routing(keys)
local of = L.hash(c.p .. 'of:' .. req.offer)
if not of or of.state ~= 'pending' then
  redis.call('ZREM', c.p .. 'due', 'offer:' .. req.offer)
  return L.item_reply(nil)
end
if c.now < tonumber(of.expires) then return L.item_reply(nil) end

local it = L.item(c, of.item)
local ag = L.agent(c, of.agent)
L.offer_end(c, it, 'expired')
L.decision_note(c, it, 'expired')
L.set(ag, 'misses', tonumber(ag.misses or 0) + 1)
L.offer_return(c, it, ag, req.memory_ms)
if ag.misses >= req.misses_to_away and ag.state == 'available' then
  L.agent_away(c, ag, 'away', 'missed offers')
else
  L.match_agent(c, ag)
end
L.routing_done(c)
return L.item_reply(it)
