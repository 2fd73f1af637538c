-- What is to be sent, by event id: st (q: it waits, s: somebody sends it), n (attempts), doc (JSON for the
-- sender), at (ms: when it may be touched: again after a failed attempt, or after the lease of who sends it).
-- Its mark stands until it is settled.

local function keep(s, id, one)
  redis.call('HSET', L.key_sending(s.p), id, cmsgpack.pack(one))
  redis.call('ZADD', L.key_marks(s.p), one.at, 'm:' .. id)
end

function L.sending_put(s, id, doc) keep(s, id, { st = 'q', n = 0, at = s.now, doc = doc }) end

function L.sending(s, id)
  local packed = redis.call('HGET', L.key_sending(s.p), id)
  return packed and cmsgpack.unpack(packed)
end

function L.sending_claim(s, id, one, lease_ms)
  one.st, one.n, one.at = 's', one.n + 1, s.now + lease_ms
  keep(s, id, one)
end

function L.sending_return(s, id, one, delay_ms)
  one.st, one.at = 'q', s.now + delay_ms
  keep(s, id, one)
end

function L.sending_end(s, id)
  redis.call('HDEL', L.key_sending(s.p), id)
  redis.call('ZREM', L.key_marks(s.p), 'm:' .. id)
end
