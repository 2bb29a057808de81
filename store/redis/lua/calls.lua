-- Calls: where they wait, who owns them, which seats refused them.
--
-- call:<id>        hash; calls: all ids by rank (zset); unanswered:<engine>: its calls that have no seat yet (set)
-- Its ladder is [[group, after_ms]…], with what is wanted from then on and the limit behind that where a rung limits wishes.
-- A line is "open groups|class|wanted skills|kind": calls in one line may take the same seats but for refusals. The kind holds
-- "+" where rungs are still to be opened, "a" where the calls await their preferred seats and may take no other.
-- wait:<line>      zset of the calls in it, by rank; a waiting call stands in exactly one
-- lines:<group>    set of the lines that are not empty and have the group open
-- served:<caller>  "seat until": the seat that served this enterprise or number last is preferred until then
-- refused:<call>   hash: seat -> "earliest latest": the refusal stands until `earliest` at least and `latest` at most
-- A call is parked while no living engine holds it: it keeps rank and rungs, stands in no line, and gets no seat.

local SEATED = {talking = true, talking_in_room = true, consult = true, three_way = true, held = true, transferred = true, outside = true,
                after = true}

local Call = {cache = {}, waiting = {}}

function Call.load(id)
  if Call.cache[id] == nil then Call.cache[id] = record_of(P .. 'call:' .. id) or false end
  return Call.cache[id] or nil
end

function Call.put(call, changes)
  put(P .. 'call:' .. call.call_id, call, changes)
end

function Call.step_out(call)
  if call.line == '' then return end
  local key = P .. 'wait:' .. call.line
  redis.call('ZREM', key, call.call_id)
  if redis.call('EXISTS', key) == 0 then
    for group in each(call.open) do redis.call('SREM', P .. 'lines:' .. group, call.line) end
  end
  Call.put(call, {line = ''})
end

function Call.stand_in_line(call)
  if call.open == '' then return end
  local kind = (call.awaits ~= '' and 'a' or '') .. (Call.has_rungs_left(call) and '+' or '')
  local line = table.concat({call.open, call.caller_class, call.want, kind}, '|')
  redis.call('ZADD', P .. 'wait:' .. line, call.rank_ms, call.call_id)
  for group in each(call.open) do
    if redis.call('SADD', P .. 'lines:' .. group, line) == 1 then redis.call('SADD', P .. 'groups', group) end
  end
  Call.put(call, {line = line})
end

function Call.leave_line(call)  -- and awaits no seat any more
  Call.step_out(call)
  if call.awaits == '' then return end
  local seat = Seat.load(call.awaits)
  if seat and seat.awaited_by == call.call_id then Seat.put(seat, {awaited_by = ''}) end
  Timer.clear('await:' .. call.call_id)
  Call.put(call, {awaits = ''})
end

-- The call is at its place again: it looks for a seat when the step settles. `fresh`: it has just come.
function Call.wait(call, fresh)
  if call.parked == '1' then return end
  if call.line == '' then
    if Call.has_rungs_left(call) then Call.widen(call, fresh) end
    if fresh then Call.await(call) end
    Call.stand_in_line(call)
  end
  Call.waiting[#Call.waiting + 1] = call
end

function Call.awaits_no_more(call)
  Call.leave_line(call)
  Call.wait(call)
end

function Call.caller_key(call)  -- whom a seat is remembered for
  if call.entry_id ~= '' then return P .. 'served:entry:' .. call.entry_id end
  return call.number ~= '' and P .. 'served:number:' .. call.number or nil
end

function Call.remember_seat(call, seat_id)
  local key = Call.caller_key(call)
  if not key or RULES.preferred_ms <= 0 then return end
  redis.call('SET', key, string.format('%s %d', seat_id, now + RULES.preferred_ms), 'PX', RULES.preferred_ms)
end

function Call.remembered_seat(call)
  local key = RULES.preferred_ms > 0 and Call.caller_key(call)
  local seat_id, until_ms = (key and redis.call('GET', key) or ''):match('^(.*) (%d+)$')
  return seat_id and tonumber(until_ms) > now and seat_id or ''
end

-- Its preferred seat is on duty, merely busy, and awaited by nobody else: the call takes no other for a while.
function Call.await(call)
  local latest = tonumber(call.queued) + RULES.preferred_wait_ms
  local seat = call.preferred ~= '' and latest > now and Seat.load(call.preferred)
  if not seat or seat.awaited_by ~= '' or not Seat.is_merely_busy(seat) or not enough(numbers_of(seat.skills), call.want) then return end
  for group in each(call.open) do
    if has(seat.groups, group) then
      Seat.put(seat, {awaited_by = call.call_id})
      Call.put(call, {awaits = seat.seat_id})
      Timer.set('await:' .. call.call_id, latest)
      return
    end
  end
end

function Call.has_rungs_left(call)
  return tonumber(call.opened) < #cjson.decode(call.ladder)
end

-- The rungs that are due are opened, none earlier than the one before it; and while no seat on duty could take the waiting
-- call in the open groups, the next one too. Each is recorded, but for those that are open from the beginning.
function Call.widen(call, fresh)
  local ladder, opened, open, want = cjson.decode(call.ladder), tonumber(call.opened), call.open, call.want
  local skips, due = RULES.skip_empty and call.state == 'waiting' and call.parked ~= '1', nil
  Seat.learn_want(want)
  while opened < #ladder do
    local group, after_ms, wants = unpack(ladder[opened + 1])
    due = tonumber(call.queued) + after_ms
    local early = due > now
    if early and not (skips and open ~= '' and not Call.is_served(open, want)) then break end
    if wants and wants ~= want then
      Seat.learn_want(wants)
      want = wants
    end
    opened, due = opened + 1, nil
    if not has(open, group) then open = open == '' and group or open .. ',' .. group end
    if early or not fresh then
      Fact.decided('widened', call.call_id, {group = group, reason = early and 'nobody_on_duty' or ''})
    end
  end
  if due then Timer.set('rung:' .. call.call_id, due) else Timer.clear('rung:' .. call.call_id) end
  if opened == tonumber(call.opened) then return end
  local in_line = call.line ~= ''
  if in_line then Call.step_out(call) end
  Call.put(call, {opened = opened, open = open, want = want})
  if in_line then Call.stand_in_line(call) end
end

function Call.refusals(call)
  if not call.refused then call.refused = record_of(P .. 'refused:' .. call.call_id) or {} end
  return call.refused
end

function Call.refuse(call, seat_id, lasting)
  local earliest = now + RULES.retry_ms
  local latest = lasting and math.max(earliest, now + RULES.refusal_ms) or earliest
  Call.refusals(call)[seat_id] = earliest .. ' ' .. latest
  redis.call('HSET', P .. 'refused:' .. call.call_id, seat_id, call.refused[seat_id])
end

-- Does any seat on duty in these groups have these skills? O(groups).
function Call.is_served(open, want)
  for group in each(open) do
    if redis.call('EXISTS', P .. 'duty:' .. group .. '|' .. want) == 1 then return true end
  end
  return false
end

-- Seats of the group went off duty: lines that nobody on duty serves any more are widened, one call after another, at once.
function Call.note_unserved(group)
  for _, line in ipairs(redis.call('SMEMBERS', P .. 'lines:' .. group)) do
    local open, want, kind = line:match('^(.-)|.-|(.-)|(.*)$')
    if has_sign(kind, '+') and not Call.is_served(open, want) then redis.call('ZADD', P .. 'timers', 'NX', now, 'empty:' .. line) end
  end
end

-- Is any seat on duty in the open groups, with the skills, that is not among these? O(groups × refusals).
function Call.others_on_duty(call, seat_ids)
  for group in each(call.open) do
    local key = P .. 'duty:' .. group .. '|' .. call.want
    local left = redis.call('SCARD', key)
    if left > 0 and #seat_ids > 0 then
      for _, on in ipairs(redis.call('SMISMEMBER', key, unpack(seat_ids))) do left = left - on end
    end
    if left > 0 then return true end
  end
  return false
end

-- Refusals whose time is over are lifted; where nobody else on duty is left, also those that need stand no longer.
-- What still stands is looked at again when it may be lifted, at least every retry_s.
function Call.lift(call)
  local lasting, gone, standing = {}, {}, {}
  for seat_id, span in pairs(Call.refusals(call)) do
    local earliest, latest = span:match('(%S+) (%S+)')
    earliest, latest = tonumber(earliest), tonumber(latest)
    if latest <= now then
      gone[#gone + 1] = seat_id
    else
      standing[seat_id] = {earliest, latest}
      if earliest < latest then lasting[#lasting + 1] = seat_id end
    end
  end
  local alone = #lasting > 0 and not Call.others_on_duty(call, lasting)
  local again
  for seat_id, span in pairs(standing) do
    local due = span[1] > now and span[1] or math.min(span[2], now + RULES.retry_ms)
    if alone and span[1] <= now then gone[#gone + 1] = seat_id elseif not again or due < again then again = due end
  end
  for _, seat_id in ipairs(gone) do call.refused[seat_id] = nil end
  if #gone > 0 then redis.call('HDEL', P .. 'refused:' .. call.call_id, unpack(gone)) end
  if again then Timer.set('retry:' .. call.call_id, again) else Timer.clear('retry:' .. call.call_id) end
end

function Call.stop_waiting(call)
  Call.leave_line(call)
  if call.parked == '1' then redis.call('ZREM', P .. 'orphans', call.call_id) end
  for _, kind in ipairs({'rung:', 'retry:', 'lease:'}) do Timer.clear(kind .. call.call_id) end
  redis.call('DEL', P .. 'refused:' .. call.call_id)
  redis.call('SREM', P .. 'unanswered:' .. call.engine, call.call_id)
  call.refused = {}
end

function Call.forget(call)
  Call.stop_waiting(call)
  redis.call('ZREM', P .. 'calls', call.call_id)
  forget(P .. 'call:' .. call.call_id)
  Call.cache[call.call_id] = false
end

-- What a caller's engine says of it, as fields. Times of that engine become hotline time; a call that is known keeps
-- its arrival, so that a step of the engine's clock in between moves no rank.
function Call.fields(given, known)
  local arrived = known and tonumber(known.arrived) or Time.taken(given.arrived)
  local recording = given.recording == '' and known and known.recording or given.recording
  return {caller_class = given.caller_class, number = given.number, name = given.name, channel = given.channel,
          enterprise = given.enterprise, entry_id = given.entry_id, recording = recording, room = given.room,
          errand = given.errand, ladder = given.ladder, skills = given.skills, arrived = arrived,
          rank_ms = arrived - (given.arrived - given.rank_ms)}
end

function Call.create(given, state)
  local call = {call_id = given.call_id}
  local fields = Call.fields(given)
  fields.call_id, fields.state, fields.engine = given.call_id, state, ENGINE
  for _, empty in ipairs({'queued', 'open', 'line', 'offer_id', 'seat_id', 'group', 'devices', 'deadline', 'seat_channel',
                          'seat_leg', 'answered', 'answered_offer', 'parked', 'want', 'preferred', 'awaits'}) do fields[empty] = '' end
  fields.opened = 0
  Call.put(call, fields)
  redis.call('SADD', P .. 'unanswered:' .. ENGINE, call.call_id)
  Call.cache[call.call_id] = call
  redis.call('ZADD', P .. 'calls', call.rank_ms, call.call_id)
  redis.call('DEL', P .. 'ended:' .. call.call_id)
  return call
end
