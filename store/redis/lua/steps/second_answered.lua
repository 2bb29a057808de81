-- {call_id, leg}: the second seat is in the room. Said twice, it is true twice.
local call = Call.load(ARGS.call_id)
if not call or call.second_leg ~= ARGS.leg then return reply({done = false}) end
local seat = Seat.load(call.second)
if not seat or seat.call_id ~= call.call_id then return reply({done = false}) end
if seat.state == 'talking' then return reply({done = true}) end
Fact.decided('answered', call.call_id, {offer_id = ARGS.leg, seat_id = seat.seat_id, group = '', waited_s = 0, agent = seat.agent})
Seat.count_call(seat)
Seat.advance(seat, 'answered', 'on call ' .. call.call_id)
Timer.clear('second:' .. call.call_id)
Fact.given()
Tell.poke(call)
return reply({done = true})
