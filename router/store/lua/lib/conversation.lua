-- The registers of a conversation, merged by min and max, so that the order of arrival cannot matter.
--   hid lb th        whose it is, its label and thread
--   ch to src by     channel, our address and source of its newest inbound event (by: which one that was)
--   opened           least time of its events; last_in last_out answered handed ended: greatest; ms
--   in_n             inbound events
--   want_at want_by want_recv   the newest arrival that needs a person: its time, sequence and digest, receipt
--   rev want_rev     revision of its last change that routing must hear of; of the last such arrival

local FIELDS = { 'opened', 'last_in', 'last_out', 'answered', 'handed', 'ended', 'in_n', 'want_at', 'want_by',
  'want_recv', 'rev', 'want_rev', 'by' }
local NUMBERS = { 'opened', 'last_in', 'last_out', 'answered', 'handed', 'ended', 'in_n', 'want_at', 'want_recv',
  'rev', 'want_rev' }
local RANK = { ['in'] = 2, out = 1 }

function L.conversation(s, cnv)
  local values = redis.call('HMGET', L.key_conversation(s.p, cnv), unpack(FIELDS))
  local regs = {}
  for i, field in ipairs(FIELDS) do regs[field] = values[i] or nil end
  for _, field in ipairs(NUMBERS) do regs[field] = tonumber(regs[field]) end
  return regs
end

-- Someone waits: an arrival that needs a person, and no end after it.
function L.conversation_lives(regs)
  return regs.want_at ~= nil and (regs.ended == nil or regs.want_at > regs.ended)
end

local function is_newer(format, one, other)
  if not other then return true end
  local a, b = { struct.unpack(format, one) }, { struct.unpack(format, other) }
  for i = 1, #a - 1 do -- the last is where unpacking stopped
    if a[i] ~= b[i] then return a[i] > b[i] end
  end
  return false
end

-- Merge an event in; returns the registers as they are then, and whether the event is the newest arrival
-- that needs a person. `rev` is that of the commit.
function L.conversation_merge(s, req, rev, digest)
  local regs = L.conversation(s, req.cnv)
  local set = {}
  local function put(field, value)
    if value == nil or regs[field] == value then return end
    regs[field], set[#set + 1] = value, field
    set[#set + 1] = value
  end
  local function latest(field, holds)
    if holds then put(field, math.max(req.occurred, regs[field] or 0)) end
  end
  if not regs.opened then
    for _, field in ipairs({ 'hid', 'lb', 'th' }) do put(field, req[field]) end
  end
  put('opened', math.min(req.occurred, regs.opened or req.occurred))
  latest('last_in', req.direction == 'in')
  latest('last_out', req.direction == 'out')
  latest('answered', req.answered)
  latest('handed', req.handed)
  latest('ended', req.ended)
  if req.direction == 'in' then put('in_n', (regs.in_n or 0) + 1) end
  local tie = struct.pack('>I4', req.seq) .. digest
  local by = struct.pack('>I1I8', RANK[req.direction] or 0, req.occurred) .. tie
  if is_newer('>I1I8I4I4I4I4', by, regs.by) then
    put('by', by)
    for _, field in ipairs({ 'ch', 'to', 'src' }) do
      if req[field] then put(field, req[field]) end
    end
  end
  local newest = false
  if req.want then
    put('want_rev', rev)
    local want_by = struct.pack('>I8', req.occurred) .. tie
    newest = is_newer('>I8I4I4I4I4', want_by, regs.want_by)
    if newest then
      put('want_by', want_by)
      put('want_at', req.occurred)
      put('want_recv', req.received)
    end
  end
  if req.routed and regs.want_at then put('rev', rev) end
  if #set > 0 then redis.call('HSET', L.key_conversation(s.p, req.cnv), unpack(set)) end
  return regs, newest
end

-- What whoever recorded an event must know to carry its conversation to routing.
function L.conversation_reply(s, regs, reply)
  reply.epoch, reply.rev, reply.want_rev = s.epoch, regs.rev or 0, regs.want_rev or 0
  reply.live, reply.in_n = L.conversation_lives(regs), regs.in_n or 0
  for _, field in ipairs({ 'want_at', 'want_recv', 'last_in', 'last_out', 'ended' }) do reply[field] = regs[field] end
  return reply
end
