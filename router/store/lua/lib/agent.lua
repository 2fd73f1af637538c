-- Agents: what they hold, whether another item fits, and their place in the ready sets.
-- Load and weights are parts per million of one person; idle is the server's microsecond at which
-- the agent last took an item, gave one back, or became available (longest idle first).

-- Whether the agent is there and takes the channel at all, now or when there is room.
function L.agent_may(ag, channel) return ag.state == 'available' and ag['w:' .. channel] ~= nil end

-- What keeps the agent from another item of the channel; nil when nothing does.
function L.agent_kept(ag, channel)
  if ag.state ~= 'available' then return 'away' end
  local weight = tonumber(ag['w:' .. channel])
  if not weight then return 'skill' end
  if tonumber(ag.load) + weight > 1000000 then return 'full' end
  return tonumber(ag['n:' .. channel] or 0) >= tonumber(ag['m:' .. channel]) and 'full' or nil
end

-- Bring the ready sets in line with what the agent holds now.
function L.agent_ready(c, ag)
  local ready = {}
  for channel in string.gmatch(ag.channels, '[^,]+') do
    local key = c.p .. 'rd:' .. ag.crew .. ':' .. channel
    if not L.agent_kept(ag, channel) then
      redis.call('ZADD', key, ag.idle, ag.id)
      ready[#ready + 1] = channel
    elseif string.find(ag.ready, channel, 1, true) then
      redis.call('ZREM', key, ag.id)
    end
  end
  L.set(ag, 'ready', table.concat(ready, ','))
end

-- Take the agent out of every ready set, before a crew or a set of channels changes.
function L.agent_unready(c, ag)
  for channel in string.gmatch(ag.channels, '[^,]+') do
    redis.call('ZREM', c.p .. 'rd:' .. ag.crew .. ':' .. channel, ag.id)
  end
  L.set(ag, 'ready', '')
end

-- The agent takes nothing of the channel any more; what they hold of it they keep.
function L.agent_drop(c, ag, channel)
  redis.call('HDEL', c.p .. 'ag:' .. ag.id, 'w:' .. channel, 'm:' .. channel)
  ag['w:' .. channel], ag['m:' .. channel] = nil, nil
  L.agent_widen(c, ag, channel)
end

function L.agent_claim(c, ag, it)
  local weight = tonumber(ag['w:' .. it.channel])
  redis.call('HSET', c.p .. 'ah:' .. ag.id, it.id, weight)
  L.set(it, 'agent', ag.id)
  L.set(it, 'weight', weight)
  L.agent_count(c, ag, it.channel, weight, 1)
end

function L.agent_release(c, ag, it)
  if redis.call('HDEL', c.p .. 'ah:' .. ag.id, it.id) == 0 then return end
  L.agent_count(c, ag, it.channel, -tonumber(it.weight), -1)
end

function L.agent_count(c, ag, channel, weight, n)
  L.set(ag, 'load', tonumber(ag.load) + weight)
  L.set(ag, 'n:' .. channel, tonumber(ag['n:' .. channel] or 0) + n)
  L.set(ag, 'idle', c.us)
  L.agent_ready(c, ag)
end

function L.agent_state(c, ag, state, reason)
  L.set(ag, 'state', state)
  L.set(ag, 'reason', reason or '')
  L.set(ag, 'since', c.now)
  if state == 'available' then
    L.set(ag, 'idle', c.us)
    L.set(ag, 'misses', 0)
  end
  L.agent_ready(c, ag)
end

-- Leaving: pending offers return at once, and so does what waits for this agent alone.
function L.agent_away(c, ag, state, reason)
  L.agent_state(c, ag, state, reason)
  for _, id in ipairs(redis.call('HKEYS', c.p .. 'ah:' .. ag.id)) do
    local it = L.item(c, id)
    if it and it.state == 'offered' and it.agent == ag.id then
      L.offer_end(c, it, 'rescinded')
      L.item_unhold(c, it, ag)
      L.item_wait(c, it)
    end
  end
  for channel in string.gmatch(ag.channels, '[^,]+') do L.agent_widen(c, ag, channel) end
end

-- What waits for this agent alone goes to everybody.
function L.agent_widen(c, ag, channel)
  for _, id in ipairs(redis.call('ZRANGE', c.p .. 'ln:' .. L.private_lane(ag.id, channel), 0, -1)) do
    L.item_widen(c, L.item(c, id))
  end
end
