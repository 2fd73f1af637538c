-- The ids that providers give to messages of ours: receipts and echoes know these messages by no other.

-- The message of ours that a digest stands for; nil where it stands for none.
function L.overlay_alias(key, digest)
  local packed = redis.call('HGET', key, digest)
  return packed and cmsgpack.unpack(packed).a
end

-- Lay a change over its target, or over the message of ours that the target stands for.
function L.overlay_put(s, hid, digest, change, by)
  local key = L.key_overlay(s.p, hid)
  digest = L.overlay_alias(key, digest) or digest
  redis.call('HSET', key, digest, L.overlay_merge(redis.call('HGET', key, digest), change, by))
end

-- What came under a provider's id before we knew it, laid over the message it stands for.
local function overlay_join(packed, early)
  local o = cmsgpack.unpack(early)
  local function lay(change, by) packed = L.overlay_merge(packed, change, by) end
  if o.s then lay({ what = 'status', rank = o.s, status = o.st, why = o.w }, o.sb) end
  if o.eb then lay({ what = 'edit', text = o.e }, o.eb) end
  if o.d then lay({ what = 'delete' }) end
  for who, word in pairs(o.r or {}) do
    local what = word[1] and 'reaction' or 'reaction_removed'
    lay({ what = what, who = who, emoji = word[1] }, { word[2], word[3], word[4] })
  end
  return packed
end

-- From now on `digest` stands for the message `own`.
function L.overlay_name(s, hid, own, digest)
  local key = L.key_overlay(s.p, hid)
  local early = redis.call('HGET', key, digest)
  if early and not cmsgpack.unpack(early).a then
    redis.call('HSET', key, own, overlay_join(redis.call('HGET', key, own), early))
  end
  redis.call('HSET', key, digest, cmsgpack.pack({ a = own }))
end
