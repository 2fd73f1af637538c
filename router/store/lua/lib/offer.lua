-- Offers: a timed proposal of one item to one agent. Claiming the item and the agent's slot is one
-- step, so load never passes the cap at any instant.

function L.offer_make(c, it, ag)
  if it.state == 'waiting' then L.lane_leave(c, it) end
  local id = 'off_' .. L.number(c)
  local expires = c.now + tonumber(it.offer_ms)
  L.item_state(c, it, 'offered')
  L.set(it, 'offer', id)
  L.set(it, 'expires', expires)
  L.agent_claim(c, ag, it)
  redis.call('HSET', c.p .. 'of:' .. id, 'item', it.id, 'agent', ag.id, 'state', 'pending', 'expires', expires)
  redis.call('ZADD', c.p .. 'due', expires, 'offer:' .. id)
  c.offers[id] = { id = id, item = it.id, agent = ag.id, state = 'pending', expires_ms = expires }
  L.decision_end(c, it, 'offered', ag.id)
end

-- End a pending offer: accepted, declined, expired, rescinded.
function L.offer_end(c, it, state)
  local id = it.offer
  redis.call('HSET', c.p .. 'of:' .. id, 'state', state)
  redis.call('ZREM', c.p .. 'due', 'offer:' .. id)
  c.offers[id] = { id = id, item = it.id, agent = it.agent, state = state, expires_ms = tonumber(it.expires) }
end

-- An offer under which nothing is held any more answers for a day.
function L.offer_past(c, it) redis.call('EXPIRE', c.p .. 'of:' .. it.offer, 86400) end

-- The agent let the offer pass: the item goes back to its old place, and to somebody else.
function L.offer_return(c, it, ag, memory_ms)
  L.remember(c, it, ag.id, memory_ms, 1)
  L.item_unhold(c, it, ag)
  L.item_wait(c, it)
end
