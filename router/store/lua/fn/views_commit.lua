-- Commit a decision about an edge: the edge, the views as they shall be, and where their open items belong.
-- KEYS: routing slot
-- REQ: edge a b doc apart · automatic · views: [{view, members: flat}] · gone: [view] · guards: flat view, rev
-- REPLY: revs: flat view, rev of every view that was touched
-- REFUSE: STALE APART
local c = L.routing(keys)
for i = 1, #req.guards, 2 do
  local rev = L.view_rev(c.p, req.guards[i])
  if rev ~= req.guards[i + 1] then
    return redis.error_reply('STALE view ' .. req.guards[i] .. ' is at revision ' .. rev)
  end
end
if req.automatic and redis.call('HEXISTS', L.key_edge(c.p, req.edge), 'apart') == 1 then
  return redis.error_reply('APART a person keeps ' .. req.a .. ' and ' .. req.b .. ' apart')
end

local revs = {}
local function touched(view)
  revs[#revs + 1] = view
  revs[#revs + 1] = L.view_touch(c, view)
end
L.edge_put(c, req)
for _, view in ipairs(req.gone) do
  L.view_drop(c, view)
  touched(view)
end
for _, one in ipairs(req.views) do
  L.view_put(c, one.view, one.members)
  touched(one.view)
end
L.routing_done(c)
for i = 1, #revs, 2 do
  redis.call('XADD', c.p .. 'feed', c.epoch .. '-*', 'customer',
    cjson.encode({ id = revs[i], rev = revs[i + 1], edge = req.edge }))
end
return { revs = revs }
