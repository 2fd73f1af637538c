-- A conversation was carried to routing: write its item down with the events, drop the mark if nothing came since.
-- KEYS: partition slot
-- REQ: hid cnv rev · item view batch: with digests only
--      raw: digests (12 bytes each) of the events that led to the item
-- REPLY: cleared
-- REFUSE: none
local s = L.partition(keys)
for _, digest in ipairs(req.item and raw or {}) do
  local known, key = L.digest_find(s, req.hid, digest, req.batch)
  if known and not L.digest_filed(known) then
    local view = req.view and req.view ~= req.hid and '|' .. req.view or ''
    redis.call('HSET', key, digest, string.sub(known, 1, 4) .. req.item .. view)
  end
end
if L.conversation(s, req.cnv).rev ~= req.rev then return { cleared = false } end
return { cleared = redis.call('ZREM', L.key_marks(s.p), 'c:' .. req.cnv) == 1 }
