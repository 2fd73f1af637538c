-- Claim a message that is to be sent: for so long as the lease runs nobody else sends it.
-- KEYS: partition slot
-- REQ: id lease_ms
-- REPLY: state: claimed · held (by another, or it is to be tried later) · gone (it is settled) ·
--               lapsed (who claimed it is gone, and what came of it is not known) · doc n: where it is there
-- REFUSE: none
local s = L.partition(keys)
local one = L.sending(s, req.id)
if not one then return { state = 'gone' } end
local state = 'held'
if s.now >= one.at then
  state = one.st == 's' and 'lapsed' or 'claimed'
  if state == 'claimed' then L.sending_claim(s, req.id, one, req.lease_ms) end
end
return { state = state, doc = one.doc, n = one.n }
