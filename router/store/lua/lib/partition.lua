-- One call on a partition slot: where, when, and the revision it makes.

function L.partition(keys)
  local t = redis.call('TIME')
  return { p = L.prefix(keys[1]), slot = keys[1], now = t[1] * 1000 + math.floor(t[2] / 1000) }
end

-- One counter for all of a partition: one of a conversation would begin again after its erasure.
function L.revise(s) return redis.call('HINCRBY', s.slot, 'rev', 1) end

-- Leave a mark, or two, as of now unless they stand already.
function L.mark(s, one, two)
  if two then return redis.call('ZADD', L.key_marks(s.p), 'NX', s.now, one, s.now, two) end
  return redis.call('ZADD', L.key_marks(s.p), 'NX', s.now, one)
end

function L.is_marked(s, what) return redis.call('ZSCORE', L.key_marks(s.p), what) and true or false end
