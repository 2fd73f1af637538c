-- Put the rows of a view in place of those it had.
-- KEYS: rows slot
-- REQ: view · parts: flat name, epoch, rev of what the rows were folded from · days: of each row
--      raw: the rows
-- REPLY: days: flat day, change counter of each day that changed
-- REFUSE: STALE
local p = L.prefix(keys[1])
local key = L.key_row_version(p, req.view)
local had = {}
local flat = redis.call('HGETALL', key)
for i = 1, #flat, 2 do had[flat[i]] = flat[i + 1] end

local version = {}
for i = 1, #req.parts, 3 do
  local name, epoch, rev = 'p:' .. req.parts[i], req.parts[i + 1], req.parts[i + 2]
  local was_epoch, was_rev = string.match(had[name] or '0.0', '^(%d+)%.(%d+)$')
  was_epoch, was_rev = tonumber(was_epoch), tonumber(was_rev)
  if epoch < was_epoch or (epoch == was_epoch and rev < was_rev) then
    return redis.error_reply('STALE the rows of ' .. req.view .. ' were put by a newer fold')
  end
  version[#version + 1] = name
  version[#version + 1] = string.format('%.0f.%.0f', epoch, rev)
end

local changed = {}
for n, day in ipairs(had.days and cmsgpack.unpack(had.days) or {}) do
  redis.call('HDEL', L.key_rows(p, day), req.view .. ':' .. n)
  changed[day] = true
end
for n, day in ipairs(req.days) do
  redis.call('HSET', L.key_rows(p, day), req.view .. ':' .. n, raw[n])
  changed[day] = true
end
redis.call('DEL', key)
redis.call('HSET', key, 'days', cmsgpack.pack(req.days), unpack(version))
local reply = {}
for day in pairs(changed) do
  reply[#reply + 1] = day
  reply[#reply + 1] = redis.call('HINCRBY', L.key_row_changes(p), day, 1)
end
return { days = reply }
