-- Apply an event that only describes another (status, read, reaction, edit, delete) to its target.
-- KEYS: partition slot
-- REQ: hid type value · name name_trust · id occurred seq · change: {what rank status why text who emoji} · strict batch
--      raw: digest (12 bytes), hash of the body (4 bytes), digest of the target (12 bytes)
-- REPLY: dup handle_rev
-- REFUSE: ID_REUSED
local s = L.partition(keys)
local known = L.digest_find(s, req.hid, raw[1], req.batch)

if known then
  if req.strict and string.sub(known, 1, 4) ~= raw[2] then
    return redis.error_reply('ID_REUSED this id was posted before with other content; the first is kept')
  end
  local rev = redis.call('HGET', L.key_handle(s.p, req.hid), 'rev')
  return { dup = true, handle_rev = tonumber(rev or 0) }
end

local rev = L.revise(s)
local had = L.handle(s, req.hid)
L.digest_put(s, had.gen, raw[1], raw[2])
L.overlay_put(s, req.hid, raw[3], req.change, { req.occurred, req.seq, req.id })
L.handle_touch(s, had, req, rev, 0)
L.mark(s, 'h:' .. req.hid)
return { dup = false, handle_rev = rev }
