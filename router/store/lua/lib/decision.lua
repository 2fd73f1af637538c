-- Decisions: why an item went, or did not go, to an agent. Kept with the item, ids and numbers only.

local KEEP = 50

function L.decision_begin(c, it, heads)
  c.decision = { heads = {}, candidates = {} }
  for _, head in ipairs(heads or { it }) do
    c.decision.heads[#c.decision.heads + 1] = { item = head.id, due_ms = tonumber(head.due) }
  end
end

function L.decision_candidate(c, agent, why)
  local list = c.decision.candidates
  list[#list + 1] = { agent = agent, passed_over = why }
end

-- Nobody was ready: name a few agents of the crews that serve the lane, and what kept each.
function L.decision_absent(c, it)
  if L.is_private(it.lane) then return end
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. it.lane, 0, 1)) do
    for _, agent in ipairs(redis.call('ZRANGE', c.p .. 'cm:' .. crew, 0, 2)) do
      local state = redis.call('HGET', c.p .. 'ag:' .. agent, 'state')
      local known = c.agents[agent]
      if known then state = known.state end
      L.decision_candidate(c, agent, state == 'available' and 'full' or 'away')
    end
  end
end

function L.decision_end(c, it, outcome, agent)
  local d = c.decision
  if not agent and #d.candidates == 0 then L.decision_absent(c, it) end
  d.at_ms, d.item, d.outcome, d.agent, d.due_ms = c.now, it.id, outcome, agent, tonumber(it.due)
  if #d.heads == 0 then d.heads = nil end
  if #d.candidates == 0 then d.candidates = nil end
  local key = c.p .. 'dc:' .. it.id
  if redis.call('RPUSH', key, cjson.encode(d)) > KEEP then redis.call('LPOP', key) end
  redis.call('EXPIRE', key, 691200)
end

-- A transition without a choice between agents.
function L.decision_note(c, it, outcome)
  local record = { at_ms = c.now, item = it.id, outcome = outcome, due_ms = tonumber(it.due) }
  if it.agent ~= '' then record.agent = it.agent end
  redis.call('RPUSH', c.p .. 'dc:' .. it.id, cjson.encode(record))
  redis.call('EXPIRE', c.p .. 'dc:' .. it.id, 691200)
end
