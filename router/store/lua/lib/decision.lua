-- Decisions: why an item went, or did not go, to an agent. Kept with the item, ids and numbers only.

local KEEP = 50 -- decisions on an item
local WIDE = 16 -- candidates of a decision

function L.decision_begin(c, it, heads)
  c.decision = { heads = {}, candidates = {} }
  for _, head in ipairs(heads or { it }) do
    c.decision.heads[#c.decision.heads + 1] = { item = head.id, due_ms = tonumber(head.due) }
  end
end

function L.decision_candidate(c, agent, why)
  local list = c.decision.candidates
  if #list < WIDE or not why then list[#list + 1] = { agent = agent, passed_over = why } end
end

local function kept(c, agent, channel)
  if c.agents[agent] then return L.agent_kept(c.agents[agent], channel) end
  local there = redis.call('HMGET', c.p .. 'ag:' .. agent, 'state', 'w:' .. channel)
  if there[1] ~= 'available' then return 'away' end
  return there[2] and 'full' or 'skill'
end

-- Nobody was ready: name a few agents of the crews that serve the lane, and what kept each.
local function absent(c, it)
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. it.lane, 0, 1)) do
    for _, agent in ipairs(redis.call('ZRANGE', c.p .. 'cm:' .. crew, 0, 2)) do
      L.decision_candidate(c, agent, kept(c, agent, it.channel))
    end
  end
end

local function keep(c, it, record)
  local key = c.p .. 'dc:' .. it.id
  if redis.call('RPUSH', key, cjson.encode(record)) > KEEP then redis.call('LPOP', key) end
end

function L.decision_end(c, it, outcome, agent)
  local d = c.decision
  if not agent and #d.candidates == 0 then absent(c, it) end
  d.at_ms, d.item, d.outcome, d.agent, d.due_ms = c.now, it.id, outcome, agent, tonumber(it.due)
  if #d.candidates == 0 then d.candidates = nil end
  keep(c, it, d)
end

-- A transition without a choice between agents.
function L.decision_note(c, it, outcome)
  local agent = it.agent ~= '' and it.agent or nil
  keep(c, it, { at_ms = c.now, item = it.id, outcome = outcome, agent = agent, due_ms = tonumber(it.due) })
end

-- How long the decisions of an ended item answer.
function L.decision_past(c, it) redis.call('EXPIRE', c.p .. 'dc:' .. it.id, 691200) end
