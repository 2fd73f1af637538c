-- Create an agent or change the profile; what they hold stays theirs.
-- KEYS: routing slot
-- REQ: agent profile (JSON text) crew def (JSON text) lanes {lane: channel} channels (text a,b)
--   weights {channel: ppm} limits {channel: n} reg
-- REPLY: reg: the registry's revision now
-- REFUSE: STALE
local c = L.routing(keys)
if req.reg ~= c.reg then return redis.error_reply('STALE the registry moved on') end
local ag = L.agent(c, req.agent)
local old = ag and ag.crew
if ag then
  L.agent_unready(c, ag)
  for channel in string.gmatch(ag.channels, '[^,]+') do
    if not req.weights[channel] then L.agent_drop(c, ag, channel) end
  end
else
  ag = { id = req.agent, ['*'] = {} }
  c.agents[ag.id] = ag
  local blank = { state = 'offline', reason = '', since = c.now, load = 0, idle = c.us, misses = 0, ready = '' }
  for field, value in pairs(blank) do L.set(ag, field, value) end
end
if redis.call('HEXISTS', c.p .. 'crews', req.crew) == 0 then L.crew_open(c, req.crew, req.def, req.lanes) end
redis.call('HSET', c.p .. 'agents', ag.id, req.profile)
redis.call('ZADD', c.p .. 'cm:' .. req.crew, 0, ag.id)
L.set(ag, 'crew', req.crew)
L.set(ag, 'channels', req.channels)
for channel, weight in pairs(req.weights) do
  L.set(ag, 'w:' .. channel, weight)
  L.set(ag, 'm:' .. channel, req.limits[channel])
end
if old and old ~= req.crew then
  redis.call('ZREM', c.p .. 'cm:' .. old, ag.id)
  if redis.call('ZCARD', c.p .. 'cm:' .. old) == 0 then L.crew_drop(c, old) end
end
L.agent_ready(c, ag)
L.match_agent(c, ag)
L.routing_done(c)
return { reg = tonumber(redis.call('HGET', c.slot, 'reg') or 0) }
