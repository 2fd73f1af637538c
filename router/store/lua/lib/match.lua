-- Matching: the earliest due item of the lanes an agent serves, the longest idle agent of the
-- crews that serve a lane. All are read DEEP at a time, further only past what is excluded; in a lane
-- not further than FAR.

local DEEP = 8
local FAR = 64

-- The agent of a private lane is its only candidate.
local function owner(c, it)
  local ag = L.agent(c, string.match(it.lane, '^@(.*)|'))
  local why = L.agent_kept(ag, it.channel) or L.passed_over(c, it, ag.id)
  L.decision_candidate(c, ag.id, why)
  return not why and ag.id or nil
end

-- The longest idle of a crew who is not passed over, and since when they are idle.
local function best_of_crew(c, it, crew)
  local key, from = c.p .. 'rd:' .. crew .. ':' .. it.channel, 0
  while true do
    local ready = redis.call('ZRANGE', key, from, from + DEEP - 1, 'WITHSCORES')
    for i = 1, #ready, 2 do
      local why = L.passed_over(c, it, ready[i])
      L.decision_candidate(c, ready[i], why)
      if not why then return ready[i], tonumber(ready[i + 1]) end
    end
    if #ready < 2 * DEEP then return nil end
    from = from + DEEP
  end
end

local function best_agent(c, it)
  if L.is_private(it.lane) then return owner(c, it) end
  local best, since
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. it.lane, 0, -1)) do
    local agent, idle = best_of_crew(c, it, crew)
    local longer = agent and (not best or idle < since or (idle == since and L.is_text_after(best, agent)))
    if longer then best, since = agent, idle end
  end
  return best
end

-- Offer the item to the best ready agent; false when there is none.
function L.match_item(c, it)
  L.decision_begin(c, it)
  local agent = best_agent(c, it)
  if agent then L.offer_make(c, it, L.agent(c, agent)) end
  return agent ~= nil
end

local function first_fitting(c, lane, agent)
  for from = 0, FAR - 1, DEEP do
    local items = redis.call('ZRANGE', c.p .. 'ln:' .. lane, from, from + DEEP - 1)
    for _, id in ipairs(items) do
      local it = L.item(c, id)
      if not L.passed_over(c, it, agent) then return it end
    end
    if #items < DEEP then return nil end
  end
  return nil
end

-- The earliest due item of the lanes everybody in the crew serves.
local function best_shared(c, ag, channel)
  local key, from, best = c.p .. 'ch:' .. ag.crew .. ':' .. channel, 0, nil
  while true do
    local heads = redis.call('ZRANGE', key, from, from + DEEP - 1, 'WITHSCORES')
    for i = 1, #heads, 2 do
      if best and tonumber(heads[i + 1]) >= tonumber(best.due) then return best end
      local it = first_fitting(c, heads[i], ag.id)
      if it and (not best or tonumber(it.due) < tonumber(best.due)) then best = it end
    end
    if #heads < 2 * DEEP then return best end
    from = from + DEEP
  end
end

-- The item the agent should have next: private lanes first, then the earliest due over all channels
-- they are ready for. Also what was compared.
local function best_item(c, ag)
  local best, mine, heads = nil, false, {}
  for channel in string.gmatch(ag.ready, '[^,]+') do
    local own = first_fitting(c, L.private_lane(ag.id, channel), ag.id)
    local it, private = own or best_shared(c, ag, channel), own ~= nil
    if it then
      heads[#heads + 1] = it
      local sooner = not best or (private and not mine)
        or (private == mine and tonumber(it.due) < tonumber(best.due))
      if sooner then best, mine = it, private end
    end
  end
  return best, heads
end

-- An agent may have room: fill it.
function L.match_agent(c, ag)
  while ag.ready ~= '' do
    local best, heads = best_item(c, ag)
    if not best then return end
    L.decision_begin(c, best, heads)
    L.decision_candidate(c, ag.id, nil)
    L.offer_make(c, best, ag)
  end
end
