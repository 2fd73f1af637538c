-- Claim what goes out first to whom a message goes: this one, or one said before it.
-- For so long as the lease runs nobody else sends it.
-- KEYS: partition slot
-- REQ: id lease_ms
-- REPLY: state: claimed · held (by another, or it is to be tried later) · gone (this message is settled) ·
--               lapsed (who claimed it is gone, and what came of it is not known) ·
--        id doc n: of the first, where this one is there · wait_ms: how long it is held
-- REFUSE: none
local s = L.partition(keys)
local asked = L.sending(s, req.id)
if not asked then return { state = 'gone', id = req.id } end
local first = L.sending_first(s, asked)
local one = first == req.id and asked or L.sending(s, first)
local reply = { state = 'held', id = first, doc = one.doc, n = one.n, wait_ms = one.at - s.now }
if s.now >= one.at then
  reply.state, reply.wait_ms = one.st == 's' and 'lapsed' or 'claimed', 0
  if reply.state == 'claimed' then
    L.sending_claim(s, first, one, req.lease_ms)
    reply.n = one.n
  end
end
return reply
