-- The registers of a conversation, merged by min and max, so that the order of arrival cannot matter.
-- One string: numbers, big endian, 0 for none, in the order of PACKED, then a msgpack map of texts.
--   opened                       least time of its events, ms
--   last_in last_out answered handed ended   greatest time of such events, ms
--   want_at want_recv want_tie   the newest arrival that needs a person: time, receipt, sequence and digest
--   rev want_rev                 revision of its last change that routing must hear of; of the last such arrival
--   by_at by by_tie              the newest inbound event, else outbound, else internal: time, rank, tie
--   in_n                         inbound events
--   texts: hid lb th (whose it is, label, thread); ch to src (channel, our address, source of that event)

local PACKED = '>I8I8I8I8I8I8I8I8I8I8I8I4I1c16c16'
local NO_TIE = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
local RANK = { internal = 0, out = 1, ['in'] = 2 }
local HOUR = 3600000

function L.conversation(s, cnv)
  local known = redis.call('GET', L.key_conversation(s.p, cnv))
  if not known then
    return { opened = 0, last_in = 0, last_out = 0, answered = 0, handed = 0, ended = 0, want_at = 0, want_recv = 0,
      rev = 0, want_rev = 0, by_at = 0, in_n = 0, by = 0, want_tie = NO_TIE, by_tie = NO_TIE }
  end
  local r, rest = {}, nil
  r.opened, r.last_in, r.last_out, r.answered, r.handed, r.ended, r.want_at, r.want_recv, r.rev, r.want_rev, r.by_at,
    r.in_n, r.by, r.want_tie, r.by_tie, rest = struct.unpack(PACKED, known)
  r.texts = string.sub(known, rest)
  return r
end

local function save(s, cnv, r)
  redis.call('SET', L.key_conversation(s.p, cnv), struct.pack(PACKED, r.opened, r.last_in, r.last_out, r.answered,
    r.handed, r.ended, r.want_at, r.want_recv, r.rev, r.want_rev, r.by_at, r.in_n, r.by, r.want_tie, r.by_tie) .. r.texts)
end

-- Someone waits: an arrival that needs a person, and no end after it.
function L.conversation_lives(r) return r.want_at > r.ended end

-- Two events of the same time: the later is that of the greater sequence, then digest.
local function is_tie_after(one, other)
  local s1, d1, e1, f1 = struct.unpack('>I4I4I4I4', one)
  local s2, d2, e2, f2 = struct.unpack('>I4I4I4I4', other)
  if s1 ~= s2 then return s1 > s2 end
  if d1 ~= d2 then return d1 > d2 end
  if e1 ~= e2 then return e1 > e2 end
  return f1 > f2
end

-- Where a reply goes: where the newest inbound event came in.
local function address(r, req, tie)
  local by = RANK[req.direction]
  if r.texts then
    if by < r.by then return end
    if by == r.by and req.occurred < r.by_at then return end
    if by == r.by and req.occurred == r.by_at and not is_tie_after(tie, r.by_tie) then return end
  end
  r.by, r.by_at, r.by_tie = by, req.occurred, tie
  r.texts = cmsgpack.pack({ hid = req.hid, lb = req.lb, th = req.th, ch = req.ch, to = req.to, src = req.src })
end

-- Whether the arrival is the newest that needs a person.
local function want(r, req, rev, tie)
  r.want_rev = rev
  if req.occurred < r.want_at then return false end
  if req.occurred == r.want_at and not is_tie_after(tie, r.want_tie) then return false end
  r.want_at, r.want_tie, r.want_recv = req.occurred, tie, req.received
  return true
end

-- Its place among the conversations of the handle, kept to the hour.
local function rank(s, req, r)
  local last = math.max(r.last_in, r.last_out)
  if r.texts and math.floor(req.occurred / HOUR) <= math.floor(last / HOUR) then return end
  redis.call('ZADD', L.key_conversations(s.p, req.hid), 'GT', req.occurred, req.cnv)
end

-- Merge an event in; returns the registers as they are then, and whether the event is the newest arrival
-- that needs a person. `rev` is that of the commit.
function L.conversation_merge(s, req, rev, digest)
  local r, at, tie = L.conversation(s, req.cnv), req.occurred, struct.pack('>I4', req.seq) .. digest
  rank(s, req, r)
  address(r, req, tie)
  r.opened = r.opened == 0 and at or math.min(at, r.opened)
  if req.direction == 'in' then r.last_in, r.in_n = math.max(at, r.last_in), r.in_n + 1 end
  if req.direction == 'out' then r.last_out = math.max(at, r.last_out) end
  if req.answered then r.answered = math.max(at, r.answered) end
  if req.handed then r.handed = math.max(at, r.handed) end
  if req.ended then r.ended = math.max(at, r.ended) end
  local newest = req.want and want(r, req, rev, tie)
  if req.routed and r.want_at > 0 then r.rev = rev end
  save(s, req.cnv, r)
  return r, newest
end

local function some(number) return number > 0 and number or nil end

-- What whoever recorded an event must know to carry its conversation to routing.
function L.conversation_reply(r, reply)
  reply.rev, reply.want_rev, reply.in_n, reply.live = r.rev, r.want_rev, r.in_n, L.conversation_lives(r)
  reply.want_at, reply.want_recv, reply.ended = some(r.want_at), some(r.want_recv), some(r.ended)
  reply.last_in, reply.last_out = some(r.last_in), some(r.last_out)
  return reply
end
