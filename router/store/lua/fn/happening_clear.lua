-- The first n happenings of an item stand on the timeline now.
-- KEYS: routing slot
-- REQ: item rev: the revision up to which they were carried
-- REPLY: left: how many are still to be told
-- REFUSE: none
local p = string.sub(keys[1], 1, -5)
local key = p .. 'hp:' .. req.item
local left = redis.call('LLEN', key)
while left > 0 do
  local first = cjson.decode(redis.call('LINDEX', key, 0))
  if first.rev > req.rev then break end
  redis.call('LPOP', key)
  left = left - 1
end
if left == 0 then redis.call('ZREM', p .. 'mi', req.item) end
return { left = left }
