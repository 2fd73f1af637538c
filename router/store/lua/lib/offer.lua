-- Offers: a timed proposal of one item to one agent. Claiming the item and the agent's slot is one
-- step, so load never passes the cap at any instant.

function L.offer_make(c, it, ag)
  local id = 'off_' .. L.number(c)
  local expires = c.now + tonumber(it.offer_ms)
  L.lane_leave(c, it)
  L.item_state(c, it, 'offered')
  L.set(it, 'offer', id)
  L.set(it, 'expires', expires)
  L.agent_claim(c, ag, it)
  local key = c.p .. 'of:' .. id
  redis.call('HSET', key, 'item', it.id, 'agent', ag.id, 'state', 'pending', 'expires', expires)
  redis.call('ZADD', c.p .. 'due', expires, 'offer:' .. id)
  c.offers[id] = { id = id, item = it.id, agent = ag.id, state = 'pending', expires_ms = expires }
  L.decision_end(c, it, 'offered', ag.id)
end

-- End a pending offer (accepted, declined, expired, rescinded). Past offers answer for a day.
function L.offer_end(c, it, state)
  local id = it.offer
  local key = c.p .. 'of:' .. id
  redis.call('HSET', key, 'state', state)
  redis.call('EXPIRE', key, 86400)
  redis.call('ZREM', c.p .. 'due', 'offer:' .. id)
  c.offers[id] = { id = id, item = it.id, agent = it.agent, state = state, expires_ms = tonumber(it.expires) }
end

-- Remember that this agent did not take the item, and put it back at its old due time.
function L.offer_return(c, it, ag, memory_ms)
  local key = c.p .. 'dn:' .. it.id
  local count = tonumber(string.match(redis.call('HGET', key, ag.id) or '', '|(%d+)') or 0) + 1
  redis.call('HSET', key, ag.id, string.format('%.0f|%d', c.now + memory_ms, count))
  redis.call('EXPIRE', key, 86400)
  redis.call('ZADD', c.p .. 'due', c.now + memory_ms, 'retry:' .. it.id)
  L.set(it, 'shy', '1')
  L.item_unhold(c, it, ag)
  L.item_wait(c, it)
end
