-- Wrap an item up: it ends with its outcome, and the agent's slot is filled again.
-- KEYS: routing slot
-- REQ: item offer agent op outcome issue topic note
-- REPLY: item state queue agent offer open
-- REFUSE: NOT_FOUND NOT_HELD WRONG_STATE
local c = L.routing(keys)
local it, refusal, again = L.held(c, req)
if refusal then return redis.error_reply(refusal) end
if again then return L.item_reply(it) end

L.operated(it, req)
L.set(it, 'outcome', req.outcome or '')
if req.issue then L.set(it, 'issue', req.issue) end
if req.topic then L.set(it, 'topic', req.topic) end
L.happened(c, it, {
  what = 'completed', agent = it.agent, queue = it.queue, outcome = req.outcome, issue = req.issue,
  topic = req.topic, note = req.note, want = tonumber(it.want),
})
L.item_end(c, it, 'done')
L.routing_done(c)
return L.item_reply(it)
