-- Meet a slot on a server process: on a new one raise the epoch and mark what routing may have lost.
-- KEYS: any slot but routing
-- REQ: run_id schema
-- REPLY: epoch marked: conversations to carry again
-- REFUSE: SCHEMA_UNKNOWN
local s = L.partition(keys)
local slot = redis.call('HMGET', keys[1], 'run_id', 'schema', 'rev', 'epoch')
if slot[2] and slot[2] ~= req.schema then
  return redis.error_reply('SCHEMA_UNKNOWN the data have schema ' .. slot[2] .. ', this release reads ' .. req.schema)
end
local epoch = tonumber(slot[4] or 0)
if slot[1] == req.run_id then return { epoch = epoch, marked = 0 } end
local open = redis.call('HKEYS', L.key_open(s.p))
-- Revisions go on beyond the epoch, so a newer one is a greater number whatever a power cut took.
local rev = math.max(tonumber(slot[3] or 0), (epoch + 1) * 1000000000)
redis.call('HSET', keys[1], 'run_id', req.run_id, 'epoch', epoch + 1, 'schema', req.schema, 'rev', rev)
for _, cnv in ipairs(open) do L.mark(s, 'c:' .. cnv) end
return { epoch = epoch + 1, marked = #open }
