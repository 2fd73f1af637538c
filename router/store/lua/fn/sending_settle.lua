-- Settle a message of ours: what came of it shows on its entry, and what the provider calls it leads there.
-- KEYS: partition slot
-- REQ: hid id · change: {what rank status why}
--      raw: digest (12 bytes) of the message, then those of the ids the provider gave it
-- REPLY: handle_rev
-- REFUSE: none
local s = L.partition(keys)
local record, rev = L.key_handle(s.p, req.hid), L.revise(s)
L.overlay_put(s, req.hid, raw[1], req.change, { s.now, 0, req.id })
for i = 2, #raw do
  if raw[i] ~= raw[1] then -- a provider may well call it as we do
    L.overlay_name(s, req.hid, raw[1], raw[i])
    local dropped = L.timeline_drop(L.key_timeline(s.p, req.hid), raw[i])
  if dropped > 0 then redis.call('HINCRBY', record, 'n', -dropped) end -- Redis takes no -0
  end
end
L.sending_end(s, req.hid, req.id)
redis.call('HSET', record, 'rev', rev)
L.mark(s, 'h:' .. req.hid)
return { handle_rev = rev }
