-- Items: how one goes back to waiting, how it leaves its agent, how it ends.

-- The agent gives the item up; the item keeps its due time.
function L.item_unhold(c, it, ag)
  if ag then L.agent_release(c, ag, it) end
  redis.call('ZREM', c.p .. 'due', 'wrap:' .. it.id)
  L.set(it, 'agent', '')
  L.set(it, 'offer', '')
end

-- Wait in the lane the item names, and look for an agent at once.
function L.item_wait(c, it)
  local waited = it.state == 'offered' or it.state == 'waiting'
  L.item_state(c, it, 'waiting')
  if not waited then L.wait_begin(c, it) end
  L.lane_enter(c, it)
  L.match_item(c, it)
end

-- What ended leaves room: the agent who held it is filled at once.
function L.item_end(c, it, state)
  local ag = it.agent ~= '' and L.agent(c, it.agent) or nil
  if it.state == 'waiting' then L.lane_leave(c, it) end
  if it.state == 'waiting' or it.state == 'offered' then L.wait_end(c, it) end
  if it.state == 'offered' then L.offer_end(c, it, 'rescinded') end
  if ag then L.agent_release(c, ag, it) end
  if it.state == 'offered' then L.set(it, 'agent', '') end
  for _, what in ipairs({ 'wrap:', 'idle:', 'retry:', 'widen:' }) do
    redis.call('ZREM', c.p .. 'due', what .. it.id)
  end
  L.item_state(c, it, state)
  local sync = c.p .. 'ic:' .. it.cnv
  redis.call('HSET', sync, 'end_want', redis.call('HGET', sync, 'want') or 0)
  redis.call('EXPIRE', sync, 5184000) -- as long as its timeline: older syncs must not make it anew
  redis.call('SREM', c.p .. 'oi:' .. it.hid, it.id)
  redis.call('ZREM', c.p .. 'op', it.id)
  redis.call('EXPIRE', c.p .. 'it:' .. it.id, 691200)
  redis.call('DEL', c.p .. 'dn:' .. it.id)
  L.decision_note(c, it, state)
  if ag then L.match_agent(c, ag) end
end

-- A happening is told to the timeline one by one; it stays with the item until it is carried.
function L.happened(c, it, what)
  local rev = tonumber(it.hp or 0) + 1
  L.set(it, 'hp', rev)
  what.rev, what.at_ms, what.offer = rev, c.now, it.offer
  redis.call('RPUSH', c.p .. 'hp:' .. it.id, cjson.encode(what))
  redis.call('ZADD', c.p .. 'mi', c.now, it.id)
end

-- The guard of every agent action: the item is held under this offer by this agent.
function L.held(c, req)
  local of = L.hash(c.p .. 'of:' .. req.offer)
  local it = L.item(c, req.item)
  if not it then return nil, 'NOT_FOUND there is no item ' .. req.item end
  if it.op == req.op then return it, nil, true end
  if not of or it.offer ~= req.offer then return nil, 'NOT_HELD the item is not held under offer ' .. req.offer end
  if it.agent ~= req.agent then return nil, 'NOT_HELD the item is held by another agent' end
  return it
end

-- The customer hung up or left: who waits is gone, who is served goes to wrap-up.
function L.item_left(c, it)
  if it.state == 'waiting' or it.state == 'offered' then
    L.happened(c, it, { what = 'abandoned' })
    L.item_end(c, it, 'abandoned')
  elseif it.state == 'active' and tonumber(it.wrap_ms) > 0 then
    L.item_state(c, it, 'wrapping')
    redis.call('ZADD', c.p .. 'due', c.now + tonumber(it.wrap_ms), 'wrap:' .. it.id)
  elseif it.state == 'active' then
    L.item_end(c, it, 'done')
  end
end

-- The customer wrote again while the item is open: count it, and wake a wrap-up.
function L.item_bump(c, it, req)
  L.set(it, 'want', req.want_rev)
  L.set(it, 'in_n', req.in_n)
  L.set(it, 'last_in', c.now)
  L.item_idle(c, it)
  if it.state == 'wrapping' then
    redis.call('ZREM', c.p .. 'due', 'wrap:' .. it.id)
    L.item_state(c, it, 'active')
  end
end

function L.item_idle(c, it)
  local idle = tonumber(it.idle_ms)
  if idle > 0 then redis.call('ZADD', c.p .. 'due', c.now + idle, 'idle:' .. it.id) end
end

-- A new item; it waits since the newest arrival that needs a person was received.
function L.item_new(c, req)
  local it = { id = 'itm_' .. L.number(c), ['*'] = {} }
  c.items[it.id] = it
  for _, field in ipairs({ 'cnv', 'hid', 'view', 'queue', 'channel', 'label', 'lane', 'skills', 'priority',
    'add_ms', 'offer_ms', 'wrap_ms', 'idle_ms', 'max_offers', 'in_n', 'issue', 'topic' }) do
    L.set(it, field, req[field] or '')
  end
  for field, value in pairs({ state = '', agent = '', offer = '', op = '', shy = '', seen_n = 0, credit = 0 }) do
    L.set(it, field, value)
  end
  L.set(it, 'want', req.want_rev)
  L.set(it, 'home_lane', req.lane)
  L.set(it, 'entered', math.min(c.now, math.max(req.received_ms, c.now - 86400000)))
  L.set(it, 'due', it.entered + req.add_ms)
  redis.call('SADD', c.p .. 'oi:' .. req.hid, it.id)
  redis.call('ZADD', c.p .. 'op', it.entered, it.id)
  L.item_idle(c, it)
  L.item_wait(c, it)
  return it
end

function L.item_reply(it)
  if not it then return { open = false } end
  return {
    item = it.id, state = it.state, queue = it.queue, agent = it.agent, offer = it.offer,
    open = L.is_live(it.state),
  }
end

-- From a private lane to the lane everybody serves.
function L.item_widen(c, it)
  if it.state ~= 'waiting' or not L.is_private(it.lane) then return end
  L.lane_leave(c, it)
  redis.call('ZREM', c.p .. 'due', 'widen:' .. it.id)
  L.set(it, 'lane', it.home_lane)
  L.item_wait(c, it)
end
