-- A conversation was carried to routing: write its item down with the event, drop the mark if nothing came since.
-- KEYS: partition slot
-- REQ: hid cnv rev · item view batch: with a digest only
--      raw: digest (12 bytes) of the event that led to the item, or nothing
-- REPLY: cleared
-- REFUSE: none
local s = L.partition(keys)
if raw[1] and req.item then
  local known, key = L.digest_find(s, req.hid, raw[1], req.batch)
  if known and not L.digest_filed(known) then
    local view = req.view and req.view ~= req.hid and '|' .. req.view or ''
    redis.call('HSET', key, raw[1], string.sub(known, 1, 4) .. req.item .. view)
  end
end
if L.conversation(s, req.cnv).rev ~= req.rev then return { cleared = false } end
return { cleared = redis.call('ZREM', L.key_marks(s.p), 'c:' .. req.cnv) == 1 }
