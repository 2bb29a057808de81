-- {call_id, expect, state, leg, set}: the first seat, where it is still there, leaves the caller to the second one.
local call = Call.load(ARGS.call_id)
if not call or call.state ~= ARGS.expect or call.second_leg ~= ARGS.leg then return reply({done = false}) end
local seat = Seat.load(call.second)
if not seat or seat.call_id ~= call.call_id or seat.state ~= 'talking' then return reply({done = false}) end
Handover.release_seat(call)
ARGS.set.state, ARGS.set.second, ARGS.set.second_leg = ARGS.state, '', ''
ARGS.set.seat_id, ARGS.set.seat_leg, ARGS.set.seat_channel = seat.seat_id, ARGS.leg, ARGS.leg
Call.put(call, ARGS.set)
Call.remember_seat(call, seat.seat_id)
Fact.given()
Tell.poke(call)
return reply({done = true})
