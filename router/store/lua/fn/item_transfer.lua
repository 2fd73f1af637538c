-- Hand an item on to a queue or to a named agent; its wait is kept or begins anew.
-- KEYS: routing slot
-- REQ: item offer agent op · queue lane skills add_ms offer_ms wrap_ms idle_ms reset reg
--   to_agent widen_ms memory_ms
-- REPLY: item state queue agent offer open
-- REFUSE: NOT_FOUND NOT_HELD WRONG_STATE STALE
local c = L.routing(keys)
local it, refusal, again = L.held(c, req)
if refusal then return redis.error_reply(refusal) end
if again then return L.item_reply(it) end
if req.reg ~= c.reg or redis.call('HEXISTS', c.p .. 'lanes', req.lane) == 0 then
  return redis.error_reply('STALE the registry moved on')
end
local target = req.to_agent and L.agent(c, req.to_agent)
if req.to_agent and not target then return redis.error_reply('NOT_FOUND there is no agent ' .. req.to_agent) end

local ag = L.agent(c, it.agent)
L.operated(it, req)
L.happened(c, it, {
  what = 'transferred', agent = it.agent, queue = it.queue, to_queue = req.queue, to_agent = req.to_agent,
})
L.decision_note(c, it, 'transferred')
L.item_state(c, it, 'moved') -- counted under its old queue until here
L.item_unhold(c, it, ag)
L.remember(c, it, ag.id, req.memory_ms, 0) -- it does not come straight back
for _, field in ipairs({ 'queue', 'lane', 'skills', 'offer_ms', 'wrap_ms', 'idle_ms' }) do
  L.set(it, field, req[field])
end
if req.reset then
  L.set(it, 'entered', c.now)
  redis.call('ZADD', c.p .. 'op', c.now, it.id)
end
L.set(it, 'due', tonumber(it.entered) + req.add_ms)
if target and target ~= ag and L.agent_may(target, it.channel) then
  redis.call('HDEL', c.p .. 'dn:' .. it.id, target.id) -- whoever is named may have it, whatever they let pass
  L.set(it, 'home_lane', req.lane)
  L.set(it, 'lane', L.private_lane(target.id, it.channel))
  redis.call('ZADD', c.p .. 'due', c.now + req.widen_ms, 'widen:' .. it.id)
end
L.item_wait(c, it)
L.match_agent(c, ag)
L.routing_done(c)
return L.item_reply(it)
