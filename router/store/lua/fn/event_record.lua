-- Record an event on the timeline of its home handle, once, with all that follows from it there.
-- KEYS: partition slot
-- REQ: hid type value · name name_trust · cnv lb th ch to src · occurred seq received (ms) · direction ·
--      want facts ended answered handed routed close_want · strict batch · pairs: [{hid, rank, doc}]
--      id, with · send: doc for the sender of a message of ours · change: what it says of another
--      raw: digest (12 bytes), hash of the body (4 bytes), packed entry, with change: digest of the target
-- REPLY: dup item view marked handle_rev; but for a replay that owes nothing and has its item also
--        rev want_rev live in_n want_at want_recv last_in last_out ended ·
--        facts: of the newest arrival that needs a person, when that is another event
-- REFUSE: ID_REUSED
local s = L.partition(keys)
local digest, mark = raw[1], 'c:' .. req.cnv
local known = L.digest_find(s, req.hid, digest, req.batch)

if known then
  if req.strict and string.sub(known, 1, 4) ~= raw[2] then
    return redis.error_reply('ID_REUSED this id was posted before with other content; the first is kept')
  end
  local reply = { dup = true, marked = L.is_marked(s, mark) }
  reply.item, reply.view = L.digest_filed(known)
  if not reply.marked and (reply.item or not req.want) then return reply end
  reply.facts = redis.call('HGET', L.key_open(s.p), req.cnv) or nil
  return L.conversation_reply(L.conversation(s, req.cnv), reply)
end

-- The echo of a message of ours, which is there under another id.
if req.direction == 'out' and L.overlay_alias(L.key_overlay(s.p, req.hid), digest) then
  return { dup = true, marked = false }
end

local rev = L.revise(s)
local had = L.handle(s, req.hid)
L.digest_put(s, had.gen, digest, raw[2])
L.timeline_insert(L.key_timeline(s.p, req.hid), raw[3], req.occurred > had.ls)
L.handle_touch(s, had, req, rev, 1)
local regs, newest = L.conversation_merge(s, req, rev, digest)

local open = L.key_open(s.p)
if newest then
  redis.call('HSET', open, req.cnv, req.facts)
elseif req.want then -- an older arrival speaks for a conversation that has none left
  redis.call('HSETNX', open, req.cnv, req.facts)
end
if req.close_want and regs.want_rev <= req.close_want then redis.call('HDEL', open, req.cnv) end

local reply = { dup = false, marked = regs.rev == rev, handle_rev = rev }
L.mark(s, 'h:' .. req.hid, reply.marked and mark)
if req.change then L.overlay_put(s, req.hid, raw[4], req.change, { req.occurred, req.seq, req.id }) end
if req.send then L.sending_put(s, req.hid, req.id, req.send) end
if req.pairs then
  for _, pair in ipairs(req.pairs) do L.pair_name(s, req.hid, pair) end
end
if reply.marked and not newest then reply.facts = redis.call('HGET', open, req.cnv) or nil end
return L.conversation_reply(regs, reply)
