-- The record of a handle: t, v (type, value), fs, ls (ms: first receipt, last occurrence), rev, n (entries),
-- gen (of its deduplication), name with name_trust (0 observed, 1 claimed, 2 attested) and name_at (ms).

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

function L.handle(s, hid)
  local had = redis.call('HMGET', L.key_handle(s.p, hid), 'fs', 'ls', 'n', 'gen', 'name_trust', 'name_at', 'name')
  return { fs = had[1], ls = tonumber(had[2] or 0), n = tonumber(had[3] or 0), gen = had[4], name_trust = had[5],
    name_at = had[6], name = had[7] }
end

-- An event was recorded (`more` 1) or applied (0) to the handle as it was.
function L.handle_touch(s, had, req, rev, more)
  local key = L.key_handle(s.p, req.hid)
  if not had.fs then L.handle_first(s, key, req) end
  local set = { 'rev', rev, 'n', had.n + more }
  if req.occurred > had.ls then set[5], set[6] = 'ls', req.occurred end
  if not s.batch and had.gen ~= tostring(s.gen) then
    set[#set + 1] = 'gen'
    set[#set + 1] = s.gen
  end
  if req.name and is_better_name(req, had.name_trust, had.name_at, had.name) then
    for _, word in ipairs({ 'name', req.name, 'name_trust', req.name_trust, 'name_at', req.occurred }) do
      set[#set + 1] = word
    end
  end
  redis.call('HSET', key, unpack(set))
end
