-- What an agent does with an item names the offer it is held under, and an operation.

local function operation(req) return req.agent .. ' ' .. req.offer .. ' ' .. req.op end

-- The guard of every agent action: the item and nil; or nil and the refusal; or the item, nil and
-- true when this very operation was done before.
function L.held(c, req)
  local it = L.item(c, req.item)
  if not it then return nil, 'NOT_FOUND there is no item ' .. req.item end
  if it.op == operation(req) then return it, nil, true end
  if it.offer ~= req.offer then return nil, 'NOT_HELD the item is not held under offer ' .. req.offer end
  if it.agent ~= req.agent then return nil, 'NOT_HELD the item is held by another agent' end
  if it.state ~= 'active' and it.state ~= 'wrapping' then
    return nil, 'WRONG_STATE the item is ' .. it.state .. ', not active or wrapping'
  end
  return it
end

function L.operated(it, req) L.set(it, 'op', operation(req)) end
