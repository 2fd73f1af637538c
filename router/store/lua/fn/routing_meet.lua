-- A server we have not met: raise the epoch, number on beyond it, tell the feed to begin anew.
-- KEYS: routing slot
-- REQ: run_id schema
-- REPLY: epoch
-- REFUSE: SCHEMA_UNKNOWN
local slot = redis.call('HMGET', keys[1], 'run_id', 'epoch', 'schema')
if slot[3] and slot[3] ~= req.schema then
  return redis.error_reply('SCHEMA_UNKNOWN the data have schema ' .. slot[3] .. ', this release reads ' .. req.schema)
end
if slot[1] == req.run_id then return { epoch = tonumber(slot[2]) } end
local epoch = tonumber(slot[2] or 0) + 1
redis.call('HSET', keys[1], 'run_id', req.run_id, 'epoch', epoch, 'schema', req.schema,
  'n', string.format('%.0f', epoch * 1000000000))
redis.call('HSETNX', keys[1], 'reg', 1)
redis.call('XADD', string.sub(keys[1], 1, -5) .. 'feed', epoch .. '-*', 'reset', '{"epoch":' .. epoch .. '}')
return { epoch = epoch }
