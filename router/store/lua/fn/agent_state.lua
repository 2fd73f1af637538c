-- An agent becomes available, away or offline.
-- KEYS: routing slot
-- REQ: agent state reason
-- REPLY: state since_ms
-- REFUSE: NOT_FOUND
local c = L.routing(keys)
local ag = L.agent(c, req.agent)
if not ag then return redis.error_reply('NOT_FOUND there is no agent ' .. req.agent) end
if ag.state ~= req.state or ag.reason ~= (req.reason or '') then
  if req.state == 'available' then
    redis.call('ZREM', c.p .. 'due', 'grace:' .. ag.id)
    L.agent_state(c, ag, 'available')
    L.match_agent(c, ag)
  else
    L.agent_away(c, ag, req.state, req.reason)
  end
  L.routing_done(c)
end
return { state = ag.state, since_ms = tonumber(ag.since) }
