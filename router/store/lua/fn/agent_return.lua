-- The grace period of an agent whose desk is gone is over: active items go back with their wait.
-- KEYS: routing slot
-- REQ: agent
-- REPLY: state since_ms
-- REFUSE: NOT_FOUND
local c = L.routing(keys)
local ag = L.agent(c, req.agent)
if not ag then return redis.error_reply('NOT_FOUND there is no agent ' .. req.agent) end
local due = redis.call('ZSCORE', c.p .. 'due', 'grace:' .. ag.id)
if due and tonumber(due) <= c.now then
  redis.call('ZREM', c.p .. 'due', 'grace:' .. ag.id)
  for _, id in ipairs(redis.call('HKEYS', c.p .. 'ah:' .. ag.id)) do
    local it = L.item(c, id)
    if it and it.state == 'active' then
      L.decision_note(c, it, 'returned')
      L.item_unhold(c, it, ag)
      L.item_wait(c, it)
    end
  end
  L.routing_done(c)
end
return { state = ag.state, since_ms = tonumber(ag.since) }
