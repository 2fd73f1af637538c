-- An agent turns an offer down; the item goes back to its old place and to somebody else.
-- KEYS: routing slot
-- REQ: offer agent memory_ms
-- REPLY: item state queue agent offer open: what became of the item
-- REFUSE: NOT_FOUND OFFER_TAKEN OFFER_EXPIRED OFFER_RESCINDED
local c = L.routing(keys)
local of = L.hash(c.p .. 'of:' .. req.offer)
local it = of and L.item(c, of.item)
if not it then return redis.error_reply('NOT_FOUND there is no offer ' .. req.offer) end
if of.agent ~= req.agent or of.state == 'accepted' then
  return redis.error_reply('OFFER_TAKEN the offer is not yours to decline')
end
if of.state == 'declined' then return L.item_reply(it) end
if of.state == 'expired' then return redis.error_reply('OFFER_EXPIRED the offer ran out') end
if of.state == 'rescinded' then return redis.error_reply('OFFER_RESCINDED the offer was withdrawn') end

local ag = L.agent(c, of.agent)
L.offer_end(c, it, 'declined')
L.decision_note(c, it, 'declined')
L.set(ag, 'misses', 0) -- who declines is there
L.offer_return(c, it, ag, req.memory_ms)
L.match_agent(c, ag)
L.routing_done(c)
return L.item_reply(it)
