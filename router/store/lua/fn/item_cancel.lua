-- The agent withdraws the work without an outcome: nobody needs to deal with it any more.
-- KEYS: routing slot
-- REQ: item offer agent op
-- REPLY: item state queue agent offer open
-- REFUSE: NOT_FOUND NOT_HELD WRONG_STATE
local c = L.routing(keys)
local it, refusal, again = L.held(c, req)
if refusal then return redis.error_reply(refusal) end
if again then return L.item_reply(it) end

L.operated(it, req)
L.happened(c, it, { what = 'cancelled', agent = it.agent, queue = it.queue, want = tonumber(it.want) })
L.item_end(c, it, 'closed')
L.routing_done(c)
return L.item_reply(it)
