-- {call_id, how, to}: what a person wants of a call that waits: to wait for a group alone, to be offered to one seat now, or
-- to be the first. An offer it has is withdrawn for the former two. What it is already changes nothing, and is no fact.
local call = Call.load(ARGS.call_id)
if not call then return reply({no = 'unknown'}) end
if call.state ~= 'waiting' and call.state ~= 'offered' then return reply({no = 'not_waiting', state = call.state}) end

local function set_out()
  Fact.given()
  if call.state == 'offered' then
    Match.withdraw(call, 'the call was moved')
    Tell.poke(call)
  end
  Call.leave_line(call)
end

local how = {}

function how.group()
  Seat.learn_want(call.want)
  if not Call.is_served(ARGS.to, call.want) then return {no = 'group_empty'} end
  set_out()
  Call.put(call, {ladder = cjson.encode({{ARGS.to, 0}}), opened = 0, open = ''})
  Call.widen(call, true)
  Call.lift(call)
  Call.wait(call)
end

-- Before every call there is, whatever bonus others have; who is moved so after it goes before it.
function how.first()
  local first = redis.call('ZRANGE', P .. 'calls', 0, 0, 'WITHSCORES')
  if first[1] == call.call_id then return end
  Fact.given()
  Call.put(call, {rank_ms = string.format('%d', tonumber(first[2]) - 1)})
  redis.call('ZADD', P .. 'calls', call.rank_ms, call.call_id)
  redis.call('ZADD', P .. 'orphans', 'XX', call.rank_ms, call.call_id)
  if call.line ~= '' then redis.call('ZADD', P .. 'wait:' .. call.line, call.rank_ms, call.call_id) end
end

function how.seat()
  local seat = Seat.load(ARGS.to)
  if not seat then return {no = 'seat_unknown'} end
  if call.seat_id == seat.seat_id then return end
  if call.parked == '1' then return {no = 'parked'} end
  if not Seat.idle(seat) then return {no = 'seat_not_free', state = seat.state, phone = seat.phone} end
  set_out()
  Match.offer(call, seat, seat.groups:match('[^,]+') or '')
end

return reply(how[ARGS.how]() or {done = true})
