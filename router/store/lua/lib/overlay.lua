-- What later events say of an entry, merged so that the order of arrival cannot matter:
--   s st       highest rank of a status, and its name
--   w sb       the reason that came with it: the earliest one, and {ms, sequence, event id} of who said it
--   e eb       newest text, and {ms, sequence, event id} of the edit that brought it
--   d          deleted, for good
--   r          who -> {emoji or false, ms, sequence, event id}: the newest word of each
-- or of an id that a provider gave to a message of ours:
--   a          digest of that message, whose overlay counts

local function is_later(one, other)
  if not other then return true end
  if one[1] ~= other[1] then return one[1] > other[1] end
  if one[2] ~= other[2] then return one[2] > other[2] end
  return L.is_text_after(one[3], other[3])
end

local function merge_status(o, change, by)
  local higher = change.rank > (o.s or 0)
  if higher then o.s, o.st, o.w, o.sb = change.rank, change.status, nil, nil end
  local first = change.why and change.rank == o.s and (not o.sb or is_later(o.sb, by))
  if first then o.w, o.sb = change.why, by end
end

-- `change` names what happened (status, edit, delete, reaction, reaction_removed), `by` is {ms, sequence, id}.
function L.overlay_merge(packed, change, by)
  local o = packed and cmsgpack.unpack(packed) or {}
  if change.what == 'status' then
    merge_status(o, change, by)
  elseif change.what == 'edit' then
    if is_later(by, o.eb) then o.e, o.eb = change.text, by end
  elseif change.what == 'delete' then
    o.d = true
  else
    o.r = o.r or {}
    local last = o.r[change.who]
    if is_later(by, last and { last[2], last[3], last[4] }) then
      o.r[change.who] = { change.what == 'reaction' and change.emoji or false, by[1], by[2], by[3] }
    end
  end
  return cmsgpack.pack(o)
end
