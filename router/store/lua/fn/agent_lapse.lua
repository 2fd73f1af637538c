-- The last desk of an agent is gone: offers return at once, active items after a grace period.
-- KEYS: routing slot
-- REQ: agent grace_ms
-- REPLY: state since_ms
-- REFUSE: NOT_FOUND
local c = L.routing(keys)
local ag = L.agent(c, req.agent)
if not ag then return redis.error_reply('NOT_FOUND there is no agent ' .. req.agent) end
local due = redis.call('ZSCORE', c.p .. 'due', 'lease:' .. ag.id)
if due and tonumber(due) <= c.now then
  redis.call('ZREM', c.p .. 'due', 'lease:' .. ag.id)
  redis.call('ZADD', c.p .. 'due', c.now + req.grace_ms, 'grace:' .. ag.id)
  if ag.state == 'available' then L.agent_away(c, ag, 'away', 'desk gone') end
  L.routing_done(c)
end
return { state = ag.state, since_ms = tonumber(ag.since) }
