-- Read every edge there ever was around a handle, walking from handle to handle.
-- KEYS: routing slot
-- REQ: hids: where to begin; limit: of edges
-- REPLY: edges: JSON of each
-- REFUSE: none
-- FLAGS: no-writes
local p = L.prefix(keys[1])
local met, seen, edges, fresh = {}, {}, {}, {}
for i, hid in ipairs(req.hids) do fresh[i], met[hid] = hid, true end
while #fresh > 0 and #edges < req.limit do
  for _, id in ipairs(redis.call('SMEMBERS', L.key_edges_of(p, table.remove(fresh)))) do
    if not seen[id] and #edges < req.limit then
      seen[id] = true
      local edge = redis.call('HMGET', L.key_edge(p, id), 'a', 'b', 'doc')
      edges[#edges + 1] = edge[3]
      for i = 1, 2 do
        if not met[edge[i]] then fresh[#fresh + 1], met[edge[i]] = edge[i], true end
      end
    end
  end
end
return { edges = edges }
