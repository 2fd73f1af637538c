-- The rows of a handle were put: drop its mark if no event came since.
-- KEYS: partition slot
-- REQ: hid rev: the handle's revision that was folded
-- REPLY: cleared
-- REFUSE: none
local p = L.prefix(keys[1])
local rev = tonumber(redis.call('HGET', L.key_handle(p, req.hid), 'rev') or 0)
if rev ~= req.rev then return { cleared = false } end
return { cleared = redis.call('ZREM', L.key_marks(p), 'h:' .. req.hid) == 1 }
