-- Meet a slot on a server process: on a new one raise the epoch and mark what routing may have lost.
-- KEYS: any slot but routing
-- REQ: run_id schema
-- REPLY: epoch marked: conversations to carry again
-- REFUSE: SCHEMA_UNKNOWN
local s = L.partition(keys)
local slot = redis.call('HMGET', keys[1], 'run_id', 'schema', 'rev')
if slot[2] and slot[2] ~= req.schema then
  return redis.error_reply('SCHEMA_UNKNOWN the data have schema ' .. slot[2] .. ', this release reads ' .. req.schema)
end
if slot[1] == req.run_id then return { epoch = s.epoch, marked = 0 } end
local open = redis.call('SMEMBERS', L.key_open(s.p))
-- Revisions go on beyond the epoch, so a newer one is a greater number whatever a power cut took.
local rev = math.max(tonumber(slot[3] or 0), (s.epoch + 1) * 1000000000)
redis.call('HSET', keys[1], 'run_id', req.run_id, 'epoch', s.epoch + 1, 'schema', req.schema, 'rev', rev)
for _, cnv in ipairs(open) do L.mark(s, 'c:' .. cnv) end
return { epoch = s.epoch + 1, marked = #open }
