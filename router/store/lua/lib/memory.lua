-- Memory: whom an item is not offered to again for a while. dn:<item> maps an agent to "until|count",
-- until when, and how many offers of the item they let pass. A `shy` item has such a memory.

local WIDE = 64 -- members of a crew looked at before an item counts as stuck

-- Why the agent is passed over for the item; nil when they are not.
function L.passed_over(c, it, agent)
  if it.shy ~= '1' then return nil end
  local memory = redis.call('HGET', c.p .. 'dn:' .. it.id, agent)
  if not memory then return nil end
  local until_ms, count = string.match(memory, '(%d+)|(%d+)')
  if tonumber(until_ms) > c.now or tonumber(count) >= tonumber(it.max_offers) then return 'declined' end
  return nil
end

-- `passed` offers more were let pass by the agent.
function L.remember(c, it, agent, memory_ms, passed)
  local key = c.p .. 'dn:' .. it.id
  local count = tonumber(string.match(redis.call('HGET', key, agent) or '', '|(%d+)') or 0)
  redis.call('HSET', key, agent, string.format('%.0f|%d', c.now + memory_ms, count + passed))
  L.set(it, 'shy', '1')
  L.set(it, 'memory_ms', memory_ms)
end

function L.forget(c, it)
  redis.call('DEL', c.p .. 'dn:' .. it.id)
  L.set(it, 'shy', '')
end

-- When the next memory ends; nil when none will.
function L.memory_ends(c, it)
  local first
  for _, memory in ipairs(redis.call('HVALS', c.p .. 'dn:' .. it.id)) do
    local until_ms = tonumber(string.match(memory, '^%d+'))
    if until_ms > c.now and (not first or until_ms < first) then first = until_ms end
  end
  return first
end

-- An item that waits with a memory is tried again when the next memory ends, or after as long.
function L.retry_later(c, it)
  local at = L.memory_ends(c, it) or c.now + tonumber(it.memory_ms)
  redis.call('ZADD', c.p .. 'due', at, 'retry:' .. it.id)
end

-- Whether everybody who is there for the item has let it pass too often.
function L.is_stuck(c, it)
  local anybody = false
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. it.lane, 0, -1)) do
    for _, agent in ipairs(redis.call('ZRANGE', c.p .. 'cm:' .. crew, 0, WIDE - 1)) do
      local there = redis.call('HMGET', c.p .. 'ag:' .. agent, 'state', 'w:' .. it.channel)
      if there[1] == 'available' and there[2] then
        if not L.passed_over(c, it, agent) then return false end
        anybody = true
      end
    end
  end
  return anybody
end
