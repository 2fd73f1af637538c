-- An agent takes the item that was offered to them; the winner may ask again and gets the same.
-- KEYS: routing slot
-- REQ: offer agent
-- REPLY: item state queue agent offer open
-- REFUSE: NOT_FOUND OFFER_TAKEN OFFER_EXPIRED OFFER_RESCINDED
local c = L.routing(keys)
local of = L.hash(c.p .. 'of:' .. req.offer)
local it = of and L.item(c, of.item)
if not it then return redis.error_reply('NOT_FOUND there is no offer ' .. req.offer) end
if of.agent ~= req.agent then return redis.error_reply('OFFER_TAKEN the offer is made to another agent') end
if of.state == 'accepted' and it.offer == req.offer then return L.item_reply(it) end
if of.state == 'expired' or (of.state == 'pending' and c.now >= tonumber(of.expires)) then
  return redis.error_reply('OFFER_EXPIRED the offer ran out')
end
if of.state ~= 'pending' then return redis.error_reply('OFFER_RESCINDED the offer was ' .. of.state .. ' before') end

L.offer_end(c, it, 'accepted')
L.item_state(c, it, 'active')
L.wait_end(c, it)
L.set(L.agent(c, it.agent), 'misses', 0)
L.item_seen(c, it)
L.happened(c, it, { what = 'accepted', agent = it.agent, queue = it.queue })
L.decision_note(c, it, 'accepted')
L.routing_done(c)
return L.item_reply(it)
