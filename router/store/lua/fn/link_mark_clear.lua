-- A pair was linked, refused or made a candidate: drop its mark if no stronger evidence came since.
-- KEYS: partition slot
-- REQ: hid other doc: the evidence that was carried
-- REPLY: cleared
-- REFUSE: none
local p = L.prefix(keys[1])
local known = redis.call('HGET', L.key_pairs(p, req.hid), req.other)
if not known or string.sub(known, 2) ~= req.doc then return { cleared = false } end
return { cleared = redis.call('ZREM', L.key_marks(p), 'l:' .. req.hid .. '|' .. req.other) == 1 }
