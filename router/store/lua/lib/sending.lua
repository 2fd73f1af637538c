-- What is to be sent, by event id: st (q: it waits, s: somebody sends it), n (attempts), doc (JSON for the
-- sender), at (ms: when it may be touched: again after a failed attempt, or after the lease of who sends it),
-- hid (whom it rests with). Its mark stands until it is settled, and so does its place in the line of the
-- handle: what was said first goes out first, whichever process sends it.

local function keep(s, id, one)
  redis.call('HSET', L.key_sending(s.p), id, cmsgpack.pack(one))
  redis.call('ZADD', L.key_marks(s.p), one.at, 'm:' .. id)
end

function L.sending_put(s, hid, id, doc)
  keep(s, id, { st = 'q', n = 0, at = s.now, doc = doc, hid = hid })
  redis.call('RPUSH', L.key_sending_line(s.p, hid), id)
end

function L.sending(s, id)
  local packed = redis.call('HGET', L.key_sending(s.p), id)
  return packed and cmsgpack.unpack(packed)
end

-- The message that goes out first to whom this one goes.
function L.sending_first(s, one) return redis.call('LINDEX', L.key_sending_line(s.p, one.hid), 0) end

function L.sending_claim(s, id, one, lease_ms)
  one.st, one.n, one.at = 's', one.n + 1, s.now + lease_ms
  keep(s, id, one)
end

function L.sending_return(s, id, one, delay_ms)
  one.st, one.at = 'q', s.now + delay_ms
  keep(s, id, one)
end

function L.sending_end(s, hid, id)
  redis.call('HDEL', L.key_sending(s.p), id)
  redis.call('LREM', L.key_sending_line(s.p, hid), 1, id)
  redis.call('ZREM', L.key_marks(s.p), 'm:' .. id)
end
