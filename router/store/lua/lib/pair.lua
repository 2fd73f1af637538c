-- Pairs: an event said that another handle is the same person. Kept with the strongest evidence seen;
-- marked when that is new, so a thousand events with the same login owe one link.

function L.pair_name(s, hid, pair)
  local key = L.key_pairs(s.p, hid)
  local known = redis.call('HGET', key, pair.hid)
  if known and cjson.decode(known).rank >= pair.rank then return end
  redis.call('HSET', key, pair.hid, pair.doc)
  L.mark(s, 'l:' .. hid .. '|' .. pair.hid)
end
