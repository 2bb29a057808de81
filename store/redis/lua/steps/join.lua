-- {call, seat_id, left}: into the waiting room, and matched. A call that waits already keeps rank, refusals and rungs.
-- With a `left` it comes from that seat, which is taken to have refused it. With a seat_id it is for that seat first: offered to it where it is free, also where its agent has paused (and is paused again
-- afterwards) or is still writing, because it is he who wants this call.
local given = ARGS.call
local call = Call.load(given.call_id)
local waits = call and (call.state == 'waiting' or call.state == 'offered')
if call then Handover.take(call) else call = Call.create(given, 'ivr') end
if not waits then
  Handover.release_seat(call)
  Handover.release_second(call, 'withdrawn', 'call ' .. call.call_id .. ' waits for another seat')
  local fields, is_back = Call.fields(given, call), call.queued ~= ''
  if is_back then fields.rank_ms = call.rank_ms end
  fields.queued = math.max(fields.arrived, Time.taken(given.queued))
  fields.state, fields.answered, fields.answered_offer, fields.opened, fields.open = 'waiting', '', '', 0, ''
  if is_back then  -- what was expected and told is of an earlier wait
    for _, field in ipairs({'expected_ms', 'expected_at', 'told_place', 'told_minutes', 'told_at'}) do fields[field] = '' end
  end
  fields.want = fields.skills
  fields.preferred = is_back and '' or Call.remembered_seat(fields)  -- who comes back from a seat was sent on by it
  Call.put(call, fields)
  redis.call('ZADD', P .. 'calls', call.rank_ms, call.call_id)
  redis.call('SADD', P .. 'unanswered:' .. ENGINE, call.call_id)
  Fact.given()
end
Call.put(call, {parked = ''})
Call.wait(call, not waits)
if ARGS.left and not waits then
  Call.refuse(call, ARGS.left, true)
  Call.lift(call)
end
local seat = ARGS.seat_id and Seat.load(ARGS.seat_id)
if seat and seat.phone == 'idle' then
  local before, why = seat.state, seat.why
  if before == 'paused' or before == 'wrap_up' then Seat.advance(seat, 'make_ready', 'calls back') end
  if before == 'paused' then Seat.put(seat, {wish = 'paused', wish_why = why}) end
  if Seat.load(ARGS.seat_id) and Seat.idle(seat) then Match.offer(call, seat, seat.groups:match('^[^,]*')) end
end
return reply({}, call.call_id)
