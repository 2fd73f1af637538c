-- Open a lane, served by the crews that policy names.
-- KEYS: routing slot
-- REQ: lane def (JSON text) channel crews reg
-- REPLY: reg: the registry's revision now
-- REFUSE: STALE
local c = L.routing(keys)
if req.reg ~= c.reg then return redis.error_reply('STALE the registry moved on') end
if redis.call('HSETNX', c.p .. 'lanes', req.lane, req.def) == 1 then
  for _, crew in ipairs(req.crews) do L.crew_serve(c, crew, req.lane, req.channel) end
  c.reg = redis.call('HINCRBY', c.slot, 'reg', 1)
end
return { reg = c.reg }
