-- The feed: one stream entry per transition, absolute facts only. Ids are epoch-n.

local KEEP = 20000
local MOST = 2000
local STATES = { 'waiting', 'offered', 'active', 'wrapping', 'scheduled' }

function L.feed_item(it)
  local fact = {
    id = it.id, conversation = it.cnv, customer = it.view, queue = it.queue, channel = it.channel,
    label = it.label, state = it.state, priority = tonumber(it.priority),
    entered_ms = tonumber(it.entered), due_ms = tonumber(it.due),
    unread = tonumber(it.in_n) - tonumber(it.seen_n),
  }
  if it.agent ~= '' then fact.agent = it.agent end
  if it.offer ~= '' then fact.offer = it.offer end
  return cjson.encode(fact)
end

function L.feed_agent(ag)
  return cjson.encode({
    id = ag.id, state = ag.state, reason = ag.reason ~= '' and ag.reason or nil,
    since_ms = tonumber(ag.since), load_ppm = tonumber(ag.load),
  })
end

function L.feed_depth(c, base)
  local fields = {}
  for i, state in ipairs(STATES) do fields[i] = base .. '|' .. state end
  local counts = redis.call('HMGET', c.p .. 'dp', unpack(fields))
  local queue, channel = string.match(base, '^(.*)|(.*)$')
  local fact = { queue = queue, channel = channel }
  for i, state in ipairs(STATES) do fact[state] = tonumber(counts[i] or 0) end
  fact.oldest_ms = tonumber(redis.call('HGET', c.p .. 'old', base) or nil)
  return cjson.encode(fact)
end

-- `unpack` has room for 8000 values: more than MOST go in further entries.
function L.feed_write(c)
  local facts = {}
  local function write()
    redis.call('XADD', c.p .. 'feed', 'MAXLEN', '~', KEEP, c.epoch .. '-*', unpack(facts))
    facts = {}
  end
  local function tell(topic, json)
    facts[#facts + 1] = topic
    facts[#facts + 1] = json
    if #facts >= MOST then write() end
  end
  for _, it in pairs(c.items) do tell('item', L.feed_item(it)) end
  for _, ag in pairs(c.agents) do tell('agent', L.feed_agent(ag)) end
  for _, offer in pairs(c.offers) do tell('offer', cjson.encode(offer)) end
  for base in pairs(c.depth) do tell('depth', L.feed_depth(c, base)) end
  if c.alarm then tell('alarm', cjson.encode(c.alarm)) end
  if #facts > 0 then write() end
end
