-- {call_ids}: what stands before each of these waiting calls, for the expected wait. Changes nothing.
-- O(log n) a call for each line of its groups: of how many seats and calls there are, only counts are read. Calls that are
-- parked because their engine is gone stand in no line, but will be back at their places: they are gone through, some at most.

local ORPHANS = 100

local groups = {}

-- A group's seats on duty: all of them, those that have the skills, and those of these that are free.
local function seats_of(group, want)
  local able = redis.call('SCARD', P .. 'duty:' .. group .. '|' .. want)
  return {all = redis.call('SCARD', P .. 'duty:' .. group .. '|'), able = able,
          free = redis.call('ZCARD', P .. 'ready:' .. group .. '|' .. want)}
end

local function line_of(open, want, before)
  local all, able = 0, 0
  if want ~= '' then
    for group in each(open) do
      local seats = seats_of(group, want)
      all, able = all + seats.all, able + seats.able
    end
  end
  return {open = open, all = all, able = able, before = before}
end

local function lines_before(call, keys)
  local lines = {}
  for _, line in ipairs(#keys > 0 and redis.call('SUNION', unpack(keys)) or {}) do
    local open, want = line:match('^([^|]*)|[^|]*|([^|]*)')
    lines[#lines + 1] = line_of(open, want, redis.call('ZCOUNT', P .. 'wait:' .. line, '-inf', '(' .. call.rank_ms))
  end
  for _, id in ipairs(redis.call('ZRANGE', P .. 'orphans', '-inf', '(' .. call.rank_ms, 'BYSCORE', 'LIMIT', 0, ORPHANS)) do
    local other = Call.load(id)
    if other and id ~= call.call_id then lines[#lines + 1] = line_of(other.open, other.want, 1) end
  end
  return lines
end

-- Groups that are not open yet: {group, in how many ms}. A rung opens no earlier than the one before it.
local function to_come(call)
  local found, due = {}, 0
  for i, rung in ipairs(cjson.decode(call.ladder)) do
    if i > tonumber(call.opened) then
      due = math.max(due, tonumber(call.queued) + rung[2] - now)
      found[#found + 1] = {rung[1], due}
    end
  end
  return found
end

local function outlook_of(call)
  local serving, keys, rungs = {}, {}, to_come(call)
  local function take(group)
    if serving[group] then return end
    groups[group] = true
    serving[group] = seats_of(group, call.want)
    serving[group].kept = not RULES.kept_for[call.caller_class] and RULES.kept_back[group] or 0
    keys[#keys + 1] = P .. 'lines:' .. group
  end
  for group in each(call.open) do take(group) end
  for _, rung in ipairs(rungs) do take(rung[1]) end
  return {open = call.open, rungs = rungs, groups = serving, lines = lines_before(call, keys), offered = call.state == 'offered',
          waited_ms = now - tonumber(call.queued), expected_ms = tonumber(call.expected_ms), told_place = tonumber(call.told_place),
          told_minutes = tonumber(call.told_minutes), told_ago_ms = tonumber(call.told_at) and now - tonumber(call.told_at)}
end

local outlooks = {}
for _, call_id in ipairs(ARGS.call_ids) do
  local call = Call.load(call_id)
  if call and (call.state == 'waiting' or call.state == 'offered') then outlooks[call_id] = outlook_of(call) end
end
local service, crews = {}, {}
for group in pairs(groups) do
  local known = redis.call('HMGET', P .. 'service:' .. group, 'n', 'mean_ms')
  service[group] = {tonumber(known[1]) or 0, tonumber(known[2]) or 0}
end
for _, crew in ipairs(redis.call('SMEMBERS', P .. 'crews')) do crews[crew] = redis.call('SCARD', P .. 'crew:' .. crew) end
local patience = redis.call('HMGET', P .. 'patience', 'left', 'waited_ms')
return reply({outlooks = outlooks, service = service, crews = crews,
              patience = {tonumber(patience[1]) or 0, tonumber(patience[2]) or 0}})
