-- Find a place in a timeline: how many entries are not after this one.
-- KEYS: partition slot
-- REQ: hid
--      raw: the prefix of an entry (32 bytes)
-- REPLY: the number, as it is
-- REFUSE: none
-- FLAGS: no-writes
local key = L.key_timeline(L.prefix(keys[1]), req.hid)
return L.timeline_seek(key, redis.call('LLEN', key), raw[1])
