-- Deduplication: per handle, which (source, id) were recorded. digest -> 4 bytes of the body's hash, then
-- the item it led to, then "|" and the view where that is not the handle itself.

local SPAN = 8 * 86400000 -- longer than any provider delivers again; ms

-- The generation to write into, what is known of the digest, and where. An import names a batch of its own
-- instead of the generations by server time.
function L.digest_find(s, hid, digest, batch)
  local gen = batch and 'i' .. batch or math.floor(s.now / SPAN)
  local key = L.key_digests(s.p, hid, gen)
  local known = redis.call('HGET', key, digest)
  if known or batch then return key, known, key end
  local before = L.key_digests(s.p, hid, gen - 1)
  return key, redis.call('HGET', before, digest), before
end

function L.digest_put(s, key, digest, body)
  redis.call('HSET', key, digest, body)
  redis.call('PEXPIREAT', key, (math.floor(s.now / SPAN) + 2) * SPAN, 'NX')
end

-- The item and the view that were written down with a digest; nil where there are none.
function L.digest_filed(known)
  local item, bar, view = string.match(known, '^([^|]*)(|?)(.*)$', 5)
  return item ~= '' and item or nil, bar ~= '' and view or nil
end
