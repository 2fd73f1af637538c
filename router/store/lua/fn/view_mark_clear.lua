-- The rows of a view were put: drop its mark if it was not regrouped since.
-- KEYS: routing slot
-- REQ: view rev: the view's revision that was folded
-- REPLY: cleared
-- REFUSE: none
local p = L.prefix(keys[1])
if L.view_rev(p, req.view) ~= req.rev then return { cleared = false } end
return { cleared = redis.call('ZREM', L.key_marks(p), 'v:' .. req.view) == 1 }
