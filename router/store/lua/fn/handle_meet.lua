-- Meet a handle that no event named yet, only a link: its first_seen is now.
-- KEYS: partition slot
-- REQ: hid type value
-- REPLY: fs: when it was first seen, ms
-- REFUSE: none
local s = L.partition(keys)
local key = L.key_handle(s.p, req.hid)
local fs = redis.call('HGET', key, 'fs')
return { fs = fs and tonumber(fs) or L.handle_first(s, key, req) }
