-- Create or change a queue.
-- KEYS: routing slot
-- REQ: queue profile (JSON text)
-- REPLY: reg: the registry's revision now
-- REFUSE: none
local p = string.sub(keys[1], 1, -5)
if redis.call('HGET', p .. 'queues', req.queue) ~= req.profile then
  redis.call('HSET', p .. 'queues', req.queue, req.profile)
  redis.call('HINCRBY', keys[1], 'reg', 1)
end
return { reg = tonumber(redis.call('HGET', keys[1], 'reg')) }
