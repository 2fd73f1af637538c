-- Append a message to a visitor's chat, once; it gets the next seq.
-- KEYS: partition slot
-- REQ: hid · id: of the message · most: messages kept · log_s state_s: how long after it both are kept
--      raw: the message as it is served, without seq and time
-- REPLY: seq at new: seq and time (ms) of the message, and whether it was not there before
-- REFUSE: none
local s = L.partition(keys)
local log, seqs, state = L.key_chat_log(s.p, req.hid), L.key_chat_seqs(s.p, req.hid), L.key_chat_state(s.p, req.hid)

local known = redis.call('ZSCORE', seqs, req.id)
if known then
  local at = redis.call('XRANGE', log, known .. '-0', known .. '-0')[1]
  return { seq = tonumber(known), at = at and tonumber(at[2][2]) or s.now, new = false }
end

-- The state outlives the log: a tab that slept for two months must not take a new message 3 for the old one.
local seq = redis.call('HINCRBY', state, 'n', 1)
redis.call('XADD', log, 'MAXLEN', req.most, seq .. '-0', 'at', string.format('%.0f', s.now), 'm', raw[1])
redis.call('ZADD', seqs, seq, req.id)
redis.call('ZREMRANGEBYRANK', seqs, 0, -1 - req.most)
redis.call('EXPIRE', log, req.log_s)
redis.call('EXPIRE', seqs, req.log_s)
redis.call('EXPIRE', state, req.state_s)
return { seq = seq, at = s.now, new = true }
