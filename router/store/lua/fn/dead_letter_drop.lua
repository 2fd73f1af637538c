-- Remove a dead letter that was read after all, unless it came once more meanwhile.
-- KEYS: system slot
-- REQ: workspace · id · count: how often it had come when it was taken up
-- REPLY: dropped: whether it is gone
-- REFUSE: none
local p = L.prefix(keys[1])
local key = L.key_dead_letter(p, req.workspace, req.id)
local count = redis.call('HGET', key, 'count')
if count and tonumber(count) > req.count then return { dropped = false } end
redis.call('DEL', key)
redis.call('ZREM', L.key_dead_letters(p, req.workspace), req.id)
return { dropped = true }
