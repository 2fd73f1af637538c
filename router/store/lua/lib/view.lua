-- Views, in the routing slot. A handle that is linked to none has no record: its view is itself.

function L.view_of(p, hid) return redis.call('GET', L.key_view_of(p, hid)) or hid end

function L.view_rev(p, view) return tonumber(redis.call('HGET', L.key_view_revs(p), view) or 0) end

-- Every view that is touched gets a new revision, which its rows are put under, and owes its rows.
function L.view_touch(c, view)
  redis.call('ZADD', L.key_marks(c.p), 'NX', c.now, 'v:' .. view)
  return redis.call('HINCRBY', L.key_view_revs(c.p), view, 1)
end

-- The handle is of this view from now on, and so are its open items.
local function enter(c, view, hid, alone)
  if alone then redis.call('DEL', L.key_view_of(c.p, hid)) else redis.call('SET', L.key_view_of(c.p, hid), view) end
  for _, id in ipairs(redis.call('SMEMBERS', c.p .. 'oi:' .. hid)) do
    local it = L.item(c, id)
    if it and it.view ~= view then L.set(it, 'view', view) end
  end
end

-- `members` is flat: handle id, JSON, …
function L.view_put(c, view, members)
  local key = L.key_members(c.p, view)
  redis.call('DEL', key)
  local alone = #members == 2
  if not alone then redis.call('HSET', key, unpack(members)) end
  for i = 1, #members, 2 do enter(c, view, members[i], alone) end
end

-- An edge: its ends, whether a person keeps them apart, and its JSON.
function L.edge_put(c, req)
  local key = L.key_edge(c.p, req.edge)
  redis.call('DEL', key)
  redis.call('HSET', key, 'a', req.a, 'b', req.b, 'doc', req.doc)
  if req.apart then redis.call('HSET', key, 'apart', 1) end
  redis.call('SADD', L.key_edges_of(c.p, req.a), req.edge)
  redis.call('SADD', L.key_edges_of(c.p, req.b), req.edge)
end

function L.view_drop(c, view) redis.call('DEL', L.key_members(c.p, view)) end
