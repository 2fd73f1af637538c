-- Live depth: counters per queue, channel and state, and the oldest entry that still waits.
-- An item counts as waiting for the oldest age until somebody accepts it.

local LIVE = { waiting = true, offered = true, active = true, wrapping = true, scheduled = true }

function L.is_live(state) return LIVE[state] == true end

function L.item_state(c, it, to)
  local base = it.queue .. '|' .. it.channel
  local from = it.state
  if from ~= to then
    if LIVE[from] then redis.call('HINCRBY', c.p .. 'dp', base .. '|' .. from, -1) end
    if LIVE[to] then redis.call('HINCRBY', c.p .. 'dp', base .. '|' .. to, 1) end
    c.depth[base] = true
  end
  L.set(it, 'state', to)
end

function L.oldest_note(c, base)
  local head = redis.call('ZRANGE', c.p .. 'wt:' .. base, 0, 0, 'WITHSCORES')
  if head[1] then
    redis.call('HSET', c.p .. 'old', base, head[2])
  else
    redis.call('HDEL', c.p .. 'old', base)
  end
  c.depth[base] = true
end

function L.wait_begin(c, it)
  local base = it.queue .. '|' .. it.channel
  redis.call('ZADD', c.p .. 'wt:' .. base, it.entered, it.id)
  L.oldest_note(c, base)
end

function L.wait_end(c, it)
  local base = it.queue .. '|' .. it.channel
  if redis.call('ZREM', c.p .. 'wt:' .. base, it.id) == 1 then L.oldest_note(c, base) end
end
