-- Revoke an API key.
-- KEYS: system slot
-- REQ: id
-- REPLY: sha256: of the secret that is void now
-- REFUSE: NOT_FOUND
local p = L.prefix(keys[1])
local sha256 = redis.call('HGET', L.key_api_key_ids(p), req.id)
if not sha256 then return redis.error_reply('NOT_FOUND there is no API key ' .. req.id) end
redis.call('HDEL', L.key_api_key_ids(p), req.id)
redis.call('HDEL', L.key_api_keys(p), sha256)
return { sha256 = sha256 }
