-- A timeline: a list of packed entries in the order of lib/order.lua.

-- An entry late by at most so many is placed by taking these off and putting them back, which does not
-- depend on the length of the list; LINSERT compares its way from the head.
local POPPED = 8

-- The index of the first entry after this one, from 0; the length if there is none. Looks near the end
-- first: most late entries are late by a little.
function L.timeline_seek(key, length, entry)
  local hi, step = length, 1 -- what stands at hi and beyond is after the entry
  local lo = hi - step
  while lo >= 0 and L.is_after(redis.call('LINDEX', key, lo), entry) do
    hi, step = lo, step * 2
    lo = hi - step
  end
  if lo < 0 then lo = -1 end -- what stands at lo and before is not
  while hi - lo > 1 do
    local mid = math.floor((lo + hi) / 2)
    if L.is_after(redis.call('LINDEX', key, mid), entry) then hi = mid else lo = mid end
  end
  return hi
end

-- `last` when the entry is known to be after all others.
function L.timeline_insert(key, entry, last)
  if last then return redis.call('RPUSH', key, entry) end
  last = redis.call('LINDEX', key, -1)
  if not last or L.is_after(entry, last) then return redis.call('RPUSH', key, entry) end
  local length = redis.call('LLEN', key)
  local place = L.timeline_seek(key, length, entry)
  local late = length - place
  if late == 0 then return redis.call('RPUSH', key, entry) end
  if late > POPPED then
    return redis.call('LINSERT', key, 'BEFORE', redis.call('LINDEX', key, place), entry)
  end
  local tail = redis.call('RPOP', key, late) -- last first
  local again = { entry }
  for i = late, 1, -1 do again[#again + 1] = tail[i] end
  return redis.call('RPUSH', key, unpack(again))
end

local RECENT = 64

-- Take out the entry with this digest, if it is one of the newest: the echo of a message of ours that came
-- before the provider had answered us. Gives how many it took out.
function L.timeline_drop(key, digest)
  for _, entry in ipairs(redis.call('LRANGE', key, -RECENT, -1)) do
    if string.sub(entry, 21, 32) == digest then return redis.call('LREM', key, -1, entry) end
  end
  return 0
end
