-- The net under the matching: offer what waits at the head of a lane, if anybody is ready.
-- KEYS: routing slot
-- REQ: lane
-- REPLY: offered: how many items found an agent
-- REFUSE: none
local c = L.routing(keys)
local offered = 0
for _, id in ipairs(redis.call('ZRANGE', c.p .. 'ln:' .. req.lane, 0, 7)) do
  if L.match_item(c, L.item(c, id)) then offered = offered + 1 end
end
L.routing_done(c)
return { offered = offered }
