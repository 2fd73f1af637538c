-- The context of one call on the routing slot: where, when, and what it has touched so far.
-- Everything touched is read once, changed in memory and written once, by L.routing_done.

function L.routing(keys)
  local p = string.sub(keys[1], 1, -5) -- "{ws/r}:slot" without "slot"
  local slot = redis.call('HMGET', keys[1], 'epoch', 'reg')
  local t = redis.call('TIME')
  return {
    p = p, slot = keys[1],
    epoch = slot[1] or '0', reg = tonumber(slot[2] or 0),
    now = t[1] * 1000 + math.floor(t[2] / 1000),
    us = t[1] * 1000000 + t[2],
    items = {}, agents = {}, depth = {}, offers = {}, order = {},
  }
end

function L.number(c)
  return string.format('%.0f', redis.call('HINCRBY', c.slot, 'n', 1))
end

function L.hash(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local t = {}
  for i = 1, #flat, 2 do t[flat[i]] = flat[i + 1] end
  return t
end

-- A record is its fields as text, plus "*": the fields changed in this call.
function L.load(c, cache, key, id)
  local known = cache[id]
  if known then return known end
  local t = L.hash(key)
  if not t then return nil end
  t.id, t['*'] = id, {}
  cache[id] = t
  return t
end

function L.set(record, field, value)
  record[field] = value
  record['*'][field] = value
end

function L.save(key, record)
  local flat = {}
  for field, value in pairs(record['*']) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  if #flat > 0 then redis.call('HSET', key, unpack(flat)) end
end

function L.item(c, id) return L.load(c, c.items, c.p .. 'it:' .. id, id) end

function L.agent(c, id) return L.load(c, c.agents, c.p .. 'ag:' .. id, id) end

-- Write what was touched and tell the feed, in one entry. Returns nothing.
function L.routing_done(c)
  for id, it in pairs(c.items) do
    if next(it['*']) then L.save(c.p .. 'it:' .. id, it) else c.items[id] = nil end
  end
  for id, ag in pairs(c.agents) do
    if next(ag['*']) then L.save(c.p .. 'ag:' .. id, ag) else c.agents[id] = nil end
  end
  L.feed_write(c)
end
