-- Put an API key; under an id that is there already the new secret takes the place of the old.
-- KEYS: system slot
-- REQ: id · sha256: of the secret, in hex · doc: JSON of what the key may
-- REPLY: replaced: whether there was one under this id
-- REFUSE: WRONG_STATE
local p = L.prefix(keys[1])
local known = redis.call('HGET', L.key_api_keys(p), req.sha256)
local old = redis.call('HGET', L.key_api_key_ids(p), req.id)
if known and old ~= req.sha256 then
  return redis.error_reply('WRONG_STATE this secret belongs to another key')
end
if old then redis.call('HDEL', L.key_api_keys(p), old) end
redis.call('HSET', L.key_api_key_ids(p), req.id, req.sha256)
redis.call('HSET', L.key_api_keys(p), req.sha256, req.doc)
return { replaced = old and true or false }
