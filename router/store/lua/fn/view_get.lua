-- Give the view of a handle.
-- KEYS: routing slot
-- REQ: hid
-- REPLY: view rev members: flat, handle id and JSON of each; none when it is linked to no other
-- REFUSE: none
-- FLAGS: no-writes
local p = L.prefix(keys[1])
local view = L.view_of(p, req.hid)
return { view = view, rev = L.view_rev(p, view), members = redis.call('HGETALL', L.key_members(p, view)) }
