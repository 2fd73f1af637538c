-- The record of a handle: t, v (type, value), fs, ls (ms: first receipt, last occurrence), rev, n (entries),
-- name with name_trust (0 observed, 1 claimed, 2 attested) and name_at (ms).

-- fs is written once, by whichever comes first: an event of the handle, or a link that names it.
function L.handle_first(s, key, req)
  redis.call('HSET', key, 't', req.type, 'v', req.value, 'fs', s.now)
  return s.now
end

-- Attested before newest; of two at the same time the later text.
local function is_better_name(req, trust, at, name)
  if not trust then return true end
  trust, at = tonumber(trust), tonumber(at)
  if req.name_trust ~= trust then return req.name_trust > trust end
  if req.occurred ~= at then return req.occurred > at end
  return L.is_text_after(req.name, name)
end

-- An event was recorded (`more` 1) or applied (0).
function L.handle_touch(s, req, rev, more)
  local key = L.key_handle(s.p, req.hid)
  local had = redis.call('HMGET', key, 'fs', 'ls', 'n', 'name_trust', 'name_at', 'name')
  if not had[1] then L.handle_first(s, key, req) end
  local set = { 'rev', rev, 'n', tonumber(had[3] or 0) + more }
  if req.occurred > tonumber(had[2] or 0) then
    set[5], set[6] = 'ls', req.occurred
  end
  if req.name and is_better_name(req, had[4], had[5], had[6]) then
    for _, word in ipairs({ 'name', req.name, 'name_trust', req.name_trust, 'name_at', req.occurred }) do
      set[#set + 1] = word
    end
  end
  redis.call('HSET', key, unpack(set))
end
