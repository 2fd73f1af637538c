-- Which dead letter makes room. An id begins with its source: "ltr_<source>-<what came>".

-- Of the ids, oldest first: the oldest of the source that has the most, so that a flood drowns only itself.
function L.dead_letter_oldest(ids)
  local counts, first, crowd = {}, {}, nil
  for _, id in ipairs(ids) do
    local source = string.match(id, '^[^-]*')
    counts[source] = (counts[source] or 0) + 1
    first[source] = first[source] or id
    if not crowd or counts[source] > counts[crowd] then crowd = source end
  end
  return first[crowd]
end
