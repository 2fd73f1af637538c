-- The total order of entries: occurred, sequence, received, digest. An entry begins with these four, big
-- endian, 8 + 4 + 8 + 12 bytes. They are compared as numbers (a digest as three): `<` on strings is
-- strcoll, which under a UTF-8 locale puts binary text in an order of its own.

local PREFIX = '>I8I4I8I4I4I4'

function L.is_after(one, other)
  local o1, s1, r1, d1, e1, f1 = struct.unpack(PREFIX, one)
  local o2, s2, r2, d2, e2, f2 = struct.unpack(PREFIX, other)
  if o1 ~= o2 then return o1 > o2 end
  if s1 ~= s2 then return s1 > s2 end
  if r1 ~= r2 then return r1 > r2 end
  if d1 ~= d2 then return d1 > d2 end
  if e1 ~= e2 then return e1 > e2 end
  return f1 > f2
end

-- Whether the text `one` comes after `other`, byte by byte.
function L.is_text_after(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then return a > b end
  end
  return #one > #other
end
