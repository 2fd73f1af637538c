-- Deduplication: per handle, which (source, id) were recorded. digest -> 4 bytes of the body's hash, then
-- the item it led to, then "|" and the view where that is not the handle itself.

local SPAN = 8 * 86400000 -- longer than any provider delivers again; ms

-- What is known of a digest, and the keys: where it lies, or would be written. An import names a batch of
-- its own instead of the generations by server time.
function L.digest_find(s, hid, digest, batch)
  s.batch, s.gen = batch, math.floor(s.now / SPAN)
  s.digests = L.key_digests(s.p, hid, batch and 'i' .. batch or s.gen)
  local known = redis.call('HGET', s.digests, digest)
  if known or batch then return known, s.digests end
  local before = L.key_digests(s.p, hid, s.gen - 1)
  return redis.call('HGET', before, digest), before
end

-- `gen` is the generation that the handle's record says was begun: a new one gets its end. Batches come and
-- go, so each of their events asks.
function L.digest_put(s, gen, digest, body)
  redis.call('HSET', s.digests, digest, body)
  if s.batch or gen ~= tostring(s.gen) then
    redis.call('PEXPIREAT', s.digests, (math.floor(s.now / SPAN) + 2) * SPAN, 'NX')
  end
end

-- The item and the view that were written down with a digest; nil where there are none.
function L.digest_filed(known)
  local item, bar, view = string.match(known, '^([^|]*)(|?)(.*)$', 5)
  return item ~= '' and item or nil, bar ~= '' and view or nil
end
