-- Keep a dead letter; one that is there already counts once more, and its newest words stand.
-- KEYS: system slot
-- REQ: workspace · id: up to its dash it names the source · doc: JSON of the letter
--      most: how many letters a workspace keeps · ms: how long one is kept after it last came
-- REPLY: count: how often it came · dropped: how many letters made room
-- REFUSE: none
local s = L.partition(keys)
local index, now = L.key_dead_letters(s.p, req.workspace), string.format('%.0f', s.now)
local key = L.key_dead_letter(s.p, req.workspace, req.id)
redis.call('HSETNX', key, 'at', now)
redis.call('HSET', key, 'last', now, 'doc', req.doc)
local count = redis.call('HINCRBY', key, 'count', 1)
redis.call('PEXPIRE', key, req.ms)
redis.call('ZADD', index, now, req.id)
redis.call('PEXPIRE', index, req.ms)
redis.call('ZREMRANGEBYSCORE', index, '-inf', string.format('(%.0f', s.now - req.ms))

local dropped = 0
while redis.call('ZCARD', index) > req.most do
  local crowd = L.dead_letter_oldest(redis.call('ZRANGE', index, 0, -1))
  redis.call('ZREM', index, crowd)
  redis.call('DEL', L.key_dead_letter(s.p, req.workspace, crowd))
  dropped = dropped + 1
end
return { count = count, dropped = dropped }
