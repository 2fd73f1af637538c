-- Crews: the agents with the same queues and skills. A crew serves lanes; agents join and leave it.

function L.crew_serve(c, crew, lane, channel)
  redis.call('RPUSH', c.p .. 'lc:' .. lane, crew)
  redis.call('HSET', c.p .. 'cl:' .. crew, lane, channel)
  local head = redis.call('ZRANGE', c.p .. 'ln:' .. lane, 0, 0, 'WITHSCORES')
  if head[1] then redis.call('ZADD', c.p .. 'ch:' .. crew .. ':' .. channel, head[2], lane) end
end

function L.crew_open(c, crew, def, lanes)
  redis.call('HSET', c.p .. 'crews', crew, def)
  for lane, channel in pairs(lanes) do L.crew_serve(c, crew, lane, channel) end
  redis.call('HINCRBY', c.slot, 'reg', 1)
end

-- A crew without agents serves nobody: forget it.
function L.crew_drop(c, crew)
  local lanes = redis.call('HGETALL', c.p .. 'cl:' .. crew)
  for i = 1, #lanes, 2 do
    redis.call('LREM', c.p .. 'lc:' .. lanes[i], 0, crew)
    redis.call('DEL', c.p .. 'ch:' .. crew .. ':' .. lanes[i + 1])
  end
  redis.call('DEL', c.p .. 'cl:' .. crew)
  redis.call('HDEL', c.p .. 'crews', crew)
  redis.call('HINCRBY', c.slot, 'reg', 1)
end
