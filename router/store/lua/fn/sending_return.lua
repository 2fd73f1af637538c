-- Give back a message that surely was not sent: it may be claimed again after a delay.
-- KEYS: partition slot
-- REQ: id · n: the attempt that failed · delay_ms
-- REPLY: returned: it was this attempt's
-- REFUSE: none
local s = L.partition(keys)
local one = L.sending(s, req.id)
if not one or one.st ~= 's' or one.n ~= req.n then return { returned = false } end
L.sending_return(s, req.id, one, req.delay_ms)
return { returned = true }
