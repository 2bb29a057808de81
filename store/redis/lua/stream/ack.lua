-- KEYS[1] the stream   ARGV 1 the group, 2… the entries that are safe in the records
--
-- Acknowledges them, and deletes what every group of the stream has acknowledged: all before the oldest entry that some
-- group has still to be given or has not acknowledged. An entry that is not acknowledged is never deleted.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end  -- Redis was emptied
redis.call('XACK', KEYS[1], unpack(ARGV))

local function older(one, other)
  local a_ms, a_no = one:match('(%d+)-(%d+)')
  local b_ms, b_no = other:match('(%d+)-(%d+)')
  if a_ms ~= b_ms then return tonumber(a_ms) < tonumber(b_ms) end
  return tonumber(a_no) < tonumber(b_no)
end

local keep_from
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local is = {}
  for i = 1, #group, 2 do is[group[i]] = group[i + 1] end
  local from = is['last-delivered-id']
  if is.pending > 0 then from = redis.call('XPENDING', KEYS[1], is.name)[2] end
  if not keep_from or older(from, keep_from) then keep_from = from end
end
return keep_from and redis.call('XTRIM', KEYS[1], 'MINID', keep_from) or 0
