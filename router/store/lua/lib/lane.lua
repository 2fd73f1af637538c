-- Lanes: queue x channel x skills, items by due time. Each crew knows the head of its lanes,
-- so an agent who becomes ready finds the earliest due item without looking at every lane.
-- A private lane "@agent|channel" belongs to one agent, who looks there first.

function L.is_private(lane) return string.sub(lane, 1, 1) == '@' end

function L.private_lane(agent, channel) return '@' .. agent .. '|' .. channel end

function L.lane_head(c, lane, channel, due)
  if L.is_private(lane) then return end
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. lane, 0, -1)) do
    local key = c.p .. 'ch:' .. crew .. ':' .. channel
    if due then redis.call('ZADD', key, due, lane) else redis.call('ZREM', key, lane) end
  end
end

function L.lane_enter(c, it)
  local key = c.p .. 'ln:' .. it.lane
  redis.call('ZADD', key, it.due, it.id)
  if redis.call('ZRANK', key, it.id) == 0 then L.lane_head(c, it.lane, it.channel, it.due) end
end

function L.lane_leave(c, it)
  local key = c.p .. 'ln:' .. it.lane
  local rank = redis.call('ZRANK', key, it.id)
  if not rank then return end
  redis.call('ZREM', key, it.id)
  if rank > 0 then return end
  local head = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  L.lane_head(c, it.lane, it.channel, head[2])
end
