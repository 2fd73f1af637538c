-- Items: how one begins, waits, leaves its agent and ends.

-- A new item; it waits since the newest arrival that needs a person was received.
function L.item_new(c, req)
  local it = { id = 'itm_' .. L.number(c), ['*'] = {} }
  c.items[it.id] = it
  for _, field in ipairs({ 'cnv', 'hid', 'view', 'queue', 'channel', 'label', 'lane', 'skills', 'priority',
    'offer_ms', 'wrap_ms', 'idle_ms', 'max_offers', 'in_n', 'issue', 'topic' }) do
    L.set(it, field, req[field] or '')
  end
  for field, value in pairs({ state = '', agent = '', offer = '', seen_n = 0, want = req.want_rev }) do
    L.set(it, field, value)
  end
  L.set(it, 'entered', math.min(c.now, math.max(req.received_ms, c.now - 86400000)))
  L.set(it, 'due', it.entered + req.add_ms)
  redis.call('SADD', c.p .. 'oi:' .. req.hid, it.id)
  redis.call('ZADD', c.p .. 'op', it.entered, it.id)
  L.item_wait(c, it)
  return it
end

-- Offer the item to who is ready for it, else let it wait in the lane it names.
function L.item_wait(c, it)
  if it.state ~= 'offered' and it.state ~= 'waiting' then L.wait_begin(c, it) end
  if L.match_item(c, it) then return end
  L.item_state(c, it, 'waiting')
  L.lane_enter(c, it)
  if it.shy == '1' then L.retry_later(c, it) end
  L.decision_end(c, it, 'waiting')
end

-- From the lane of one agent to the lane everybody serves.
function L.item_widen(c, it)
  if it.state == 'waiting' then L.lane_leave(c, it) end
  L.item_public(c, it)
  if it.state == 'waiting' then L.item_wait(c, it) end
end

function L.item_public(c, it)
  if not L.is_private(it.lane) then return end
  L.set(it, 'lane', it.home_lane)
  redis.call('ZREM', c.p .. 'due', 'widen:' .. it.id)
end

-- The agent gives the item up, and with it their private lane; the item keeps its due time.
function L.item_unhold(c, it, ag)
  L.agent_release(c, ag, it)
  L.offer_past(c, it)
  L.item_public(c, it)
  redis.call('ZREM', c.p .. 'due', 'wrap:' .. it.id)
  L.set(it, 'agent', '')
  L.set(it, 'offer', '')
end

-- The customer wrote again while the item is open: count it, and wake a wrap-up.
function L.item_bump(c, it, req)
  L.set(it, 'want', req.want_rev)
  L.set(it, 'in_n', req.in_n)
  if it.state == 'wrapping' then
    redis.call('ZREM', c.p .. 'due', 'wrap:' .. it.id)
    L.item_state(c, it, 'active')
  end
  L.item_idle(c, it)
end

-- We spoke last: nothing is unread.
function L.item_seen(c, it)
  if tonumber(it.seen_n) ~= tonumber(it.in_n) then L.set(it, 'seen_n', it.in_n) end
  L.item_idle(c, it)
end

-- A held item nobody touches for so long ends by itself; one that waits is never given up.
function L.item_idle(c, it)
  local idle = tonumber(it.idle_ms)
  if idle > 0 and it.state == 'active' then redis.call('ZADD', c.p .. 'due', c.now + idle, 'idle:' .. it.id) end
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
    L.item_lapse(c, it)
  end
end

-- Wrap-up is over and nobody said how it went.
function L.item_lapse(c, it)
  L.happened(c, it, { what = 'lapsed', agent = it.agent, queue = it.queue, want = tonumber(it.want) })
  L.item_end(c, it, 'done')
end

-- What ends leaves room: the agent who held it is filled at once.
function L.item_end(c, it, state)
  local ag = it.agent ~= '' and L.agent(c, it.agent) or nil
  if it.state == 'waiting' then L.lane_leave(c, it) end
  if it.state == 'waiting' or it.state == 'offered' then L.wait_end(c, it) end
  if ag then L.agent_release(c, ag, it) end
  if it.offer ~= '' then L.offer_past(c, it) end
  if it.state == 'offered' then
    L.offer_end(c, it, 'rescinded')
    L.set(it, 'agent', '')
    L.set(it, 'offer', '')
  end
  L.item_state(c, it, state)
  L.item_past(c, it)
  L.decision_note(c, it, state)
  if ag then L.match_agent(c, ag) end
end

-- Nothing falls due for the item any more; it answers for eight days. Its conversation is known as
-- long as its timeline, so that an older sync never makes the item anew.
function L.item_past(c, it)
  local id, sync = it.id, c.p .. 'ic:' .. it.cnv
  redis.call('ZREM', c.p .. 'due', 'wrap:' .. id, 'idle:' .. id, 'retry:' .. id, 'widen:' .. id)
  redis.call('HSET', sync, 'end_want', redis.call('HGET', sync, 'want') or 0)
  redis.call('EXPIRE', sync, 5184000)
  redis.call('SREM', c.p .. 'oi:' .. it.hid, id)
  redis.call('ZREM', c.p .. 'op', id)
  redis.call('EXPIRE', c.p .. 'it:' .. id, 691200)
  L.decision_past(c, it)
  if it.shy == '1' then L.forget(c, it) end
end

-- A happening is told to the timeline one by one; it stays with the item until it is carried.
function L.happened(c, it, what)
  local rev = tonumber(it.hp or 0) + 1
  L.set(it, 'hp', rev)
  what.rev, what.at_ms, what.offer = rev, c.now, it.offer
  redis.call('RPUSH', c.p .. 'hp:' .. it.id, cjson.encode(what))
  redis.call('ZADD', c.p .. 'mi', c.now, it.id)
end

function L.item_reply(it)
  if not it then return { open = false } end
  return {
    item = it.id, state = it.state, queue = it.queue, agent = it.agent, offer = it.offer,
    open = L.is_live(it.state),
  }
end
