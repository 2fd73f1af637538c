-- A desk of the agent is there: presence is a lease from now on, extended by every desk.
-- KEYS: routing slot
-- REQ: agent lease_ms open (a desk opened: begin the lease; else only extend one that runs,
--   or begin it anew within the grace period)
-- REPLY: state since_ms
-- REFUSE: NOT_FOUND
local c = L.routing(keys)
local ag = L.agent(c, req.agent)
if not ag then return redis.error_reply('NOT_FOUND there is no agent ' .. req.agent) end
local back = redis.call('ZREM', c.p .. 'due', 'grace:' .. ag.id) == 1
if req.open or back then
  redis.call('ZADD', c.p .. 'due', c.now + req.lease_ms, 'lease:' .. ag.id)
else
  redis.call('ZADD', c.p .. 'due', 'XX', c.now + req.lease_ms, 'lease:' .. ag.id)
end
return { state = ag.state, since_ms = tonumber(ag.since) }
