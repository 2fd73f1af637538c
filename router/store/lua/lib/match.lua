-- Matching: the earliest due item of the lanes an agent serves, the longest idle agent of the
-- crews that serve a lane. At most DEEP entries of a lane and a ready set are looked at.

local DEEP = 8

-- An agent who declined or missed the item is passed over for a while, and for ever after so many.
function L.passed_over(c, it, agent)
  if it.shy ~= '1' then return nil end
  local memory = redis.call('HGET', c.p .. 'dn:' .. it.id, agent)
  if not memory then return nil end
  local until_ms, count = string.match(memory, '(%d+)|(%d+)')
  if tonumber(until_ms) > c.now then return 'declined' end
  if tonumber(count) >= tonumber(it.max_offers) then return 'declined' end
  return nil
end

function L.best_of_crew(c, it, crew, best)
  local ready = redis.call('ZRANGE', c.p .. 'rd:' .. crew .. ':' .. it.channel, 0, DEEP - 1, 'WITHSCORES')
  for i = 1, #ready, 2 do
    local agent, idle = ready[i], tonumber(ready[i + 1])
    local why = L.passed_over(c, it, agent)
    L.decision_candidate(c, agent, why)
    if not why then
      if not best.agent or idle < best.idle or (idle == best.idle and agent < best.agent) then
        best.agent, best.idle = agent, idle
      end
      return
    end
  end
end

function L.best_agent(c, it)
  if L.is_private(it.lane) then
    local ag = L.agent(c, string.match(it.lane, '^@(.*)|'))
    return ag and L.agent_fits(ag, it.channel) and not L.passed_over(c, it, ag.id) and ag.id or nil
  end
  local best = {}
  for _, crew in ipairs(redis.call('LRANGE', c.p .. 'lc:' .. it.lane, 0, -1)) do
    L.best_of_crew(c, it, crew, best)
  end
  return best.agent
end

-- An item waits: offer it to the best ready agent, if there is one.
function L.match_item(c, it)
  L.decision_begin(c, it)
  local agent = L.best_agent(c, it)
  if agent then
    L.offer_make(c, it, L.agent(c, agent))
  else
    L.decision_end(c, it, 'waiting')
  end
end

function L.first_fitting(c, lane, agent)
  for _, id in ipairs(redis.call('ZRANGE', c.p .. 'ln:' .. lane, 0, DEEP - 1)) do
    local it = L.item(c, id)
    if it and not L.passed_over(c, it, agent) then return it end
  end
  return nil
end

-- The item this agent should have next on this channel: private lane first, then earliest due.
function L.best_item(c, ag, channel)
  local own = L.first_fitting(c, L.private_lane(ag.id, channel), ag.id)
  if own then return own, true end
  local heads = redis.call('ZRANGE', c.p .. 'ch:' .. ag.crew .. ':' .. channel, 0, DEEP - 1)
  for _, lane in ipairs(heads) do
    local it = L.first_fitting(c, lane, ag.id)
    if it then return it, false end
  end
  return nil
end

-- An agent may have room: fill it with the earliest due items over all ready channels.
function L.match_agent(c, ag)
  while ag.ready ~= '' do
    local best, mine
    local heads = {}
    for channel in string.gmatch(ag.ready, '[^,]+') do
      local it, private = L.best_item(c, ag, channel)
      if it then
        heads[#heads + 1] = it
        local sooner = not best or (private and not mine)
          or (private == mine and tonumber(it.due) < tonumber(best.due))
        if sooner then best, mine = it, private end
      end
    end
    if not best then return end
    L.decision_begin(c, best, heads)
    L.decision_candidate(c, ag.id, nil)
    L.offer_make(c, best, ag)
  end
end
