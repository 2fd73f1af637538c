-- Pairs: an event said that another handle is the same person. Kept with the strongest evidence seen, as
-- a digit (its rank) and JSON; marked when that is new, so a thousand events with one login owe one link.

function L.pair_name(s, hid, pair)
  local key = L.key_pairs(s.p, hid)
  local known = redis.call('HGET', key, pair.hid)
  if known and tonumber(string.sub(known, 1, 1)) >= pair.rank then return end
  redis.call('HSET', key, pair.hid, pair.rank .. pair.doc)
  L.mark(s, 'l:' .. hid .. '|' .. pair.hid)
end
