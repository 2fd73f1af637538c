-- Record an event on the timeline of its home handle, once, with all that follows from it there.
-- KEYS: partition slot
-- REQ: hid type value · name name_trust · cnv lb th ch to src · occurred seq received (ms) · direction ·
--      want facts ended answered handed routed close_want · strict batch · pairs: [{hid, trust, doc}]
--      raw: digest (12 bytes), hash of the body (4 bytes), packed entry
-- REPLY: dup item view · epoch rev want_rev live in_n want_at want_recv last_in last_out ended · marked ·
--        handle_rev · facts: of the newest arrival that needs a person, when that is another event
-- REFUSE: ID_REUSED
local s = L.partition(keys)
local digest = raw[1]
local mark = 'c:' .. req.cnv
local digests, known = L.digest_find(s, req.hid, digest, req.batch)

if known then
  if req.strict and string.sub(known, 1, 4) ~= raw[2] then
    return redis.error_reply('ID_REUSED this id was posted before with other content; the first is kept')
  end
  local reply = { dup = true, marked = L.is_marked(s, mark) }
  reply.item, reply.view = L.digest_filed(known)
  if reply.marked then reply.facts = redis.call('GET', L.key_facts(s.p, req.cnv)) or nil end
  return L.conversation_reply(s, L.conversation(s, req.cnv), reply)
end

local rev = L.revise(s)
L.digest_put(s, digests, digest, raw[2])
L.timeline_insert(L.key_timeline(s.p, req.hid), raw[3])
L.handle_touch(s, req, rev, 1)
local regs, newest = L.conversation_merge(s, req, rev, digest)
redis.call('ZADD', L.key_conversations(s.p, req.hid), 'GT', req.occurred, req.cnv)

if req.want then
  redis.call('SADD', L.key_open(s.p), req.cnv)
  -- an older arrival speaks for a conversation that has none left
  if newest then redis.call('SET', L.key_facts(s.p, req.cnv), req.facts)
  else redis.call('SET', L.key_facts(s.p, req.cnv), req.facts, 'NX') end
end
if req.close_want and (regs.want_rev or 0) <= req.close_want then
  redis.call('SREM', L.key_open(s.p), req.cnv)
  redis.call('DEL', L.key_facts(s.p, req.cnv))
end

local reply = { dup = false, marked = regs.rev == rev, handle_rev = rev }
if reply.marked then L.mark(s, mark) end
L.mark(s, 'h:' .. req.hid)
for _, pair in ipairs(req.pairs or {}) do L.pair_name(s, req.hid, pair) end
if reply.marked and not newest then reply.facts = redis.call('GET', L.key_facts(s.p, req.cnv)) or nil end
return L.conversation_reply(s, regs, reply)
