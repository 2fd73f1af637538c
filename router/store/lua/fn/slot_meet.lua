-- Meet a slot on a server process: on a new one raise the epoch and mark what routing may have lost.
-- KEYS: any slot but routing
-- REQ: run_id schema
-- REPLY: epoch marked: conversations to carry again
-- REFUSE: SCHEMA_UNKNOWN
local s = L.partition(keys)
local slot = redis.call('HMGET', keys[1], 'run_id', 'schema')
if slot[2] and slot[2] ~= req.schema then
  return redis.error_reply('SCHEMA_UNKNOWN the data have schema ' .. slot[2] .. ', this release reads ' .. req.schema)
end
if slot[1] == req.run_id then return { epoch = s.epoch, marked = 0 } end
local open = redis.call('SMEMBERS', L.key_open(s.p))
redis.call('HSET', keys[1], 'run_id', req.run_id, 'epoch', s.epoch + 1, 'schema', req.schema)
for _, cnv in ipairs(open) do L.mark(s, 'c:' .. cnv) end
return { epoch = s.epoch + 1, marked = #open }
