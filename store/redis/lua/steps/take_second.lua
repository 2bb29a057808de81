-- {call_id, expect, state, expect_inside, seat_id, leg, lease_ms, set}: a second seat is to talk with the call's own before it takes
-- the caller over. It is reserved for that, so that it is rung for no other call, until it answers or the lease runs out.
-- call.second, second_leg: that seat, and the uniqueid of the leg that rings it
local call = Call.load(ARGS.call_id)
if not call or call.state ~= ARGS.expect or (call.inside or '') ~= ARGS.expect_inside or (call.second or '') ~= '' then
  return reply({done = false})
end
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({no = 'seat_unknown'}) end
if not Seat.idle(seat) then return reply({no = 'seat_not_free', state = seat.state, phone = seat.phone}) end
Seat.advance(seat, 'offered', 'asked to take over call ' .. call.call_id)
Seat.put(seat, {call_id = call.call_id, offer_id = ARGS.leg})
ARGS.set.state, ARGS.set.second, ARGS.set.second_leg = ARGS.state, seat.seat_id, ARGS.leg
Call.put(call, ARGS.set)
Timer.set('second:' .. call.call_id, now + ARGS.lease_ms)
Fact.given()
Tell.poke(call)
return reply({done = true})
