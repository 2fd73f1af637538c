-- Meet a customer in a thread: what rests with the thread itself, because it named nobody, is theirs.
-- KEYS: partition slot
-- REQ: hid: of the thread's own handle; type value: the customer's handle
-- REPLY: owed: the thread has events of its own, and this is the customer they wait for
-- REFUSE: none
local s = L.partition(keys)
local key = L.key_thread(s.p, req.hid)
local first = redis.call('HSETNX', key, 't', req.type) == 1
if first then redis.call('HSET', key, 'v', req.value) end
redis.call('EXPIRE', key, 5184000) -- 60 days: a thread that rests so long has ended
local owed = first and redis.call('HEXISTS', L.key_pairs(s.p, req.hid), req.hid) == 1
if owed then L.mark(s, 'l:' .. req.hid .. '|' .. req.hid) end
return { owed = owed }
