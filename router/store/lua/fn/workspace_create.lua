-- Create a workspace; where it exists, what is there stands.
-- KEYS: system slot
-- REQ: name · doc: JSON with its hash key
-- REPLY: doc: JSON of the workspace as it is
-- REFUSE: none
local key = L.key_workspace(L.prefix(keys[1]), req.name)
redis.call('HSETNX', key, 'doc', req.doc)
return { doc = redis.call('HGET', key, 'doc') }
