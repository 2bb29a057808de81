-- {call_id, offer_id, seat_leg, seat_channel}: the seat picked up. Said twice, it is true twice.
local call = Call.load(ARGS.call_id)
if not call then return reply({done = false}) end
if call.state ~= 'offered' then return reply({done = SEATED[call.state] and call.answered_offer == ARGS.offer_id or false}) end
if call.offer_id ~= ARGS.offer_id then return reply({done = false}) end

local seat = Seat.load(call.seat_id)
Fact.decided('answered', call.call_id, {offer_id = call.offer_id, seat_id = call.seat_id, group = call.group,
                                        waited_s = (now - tonumber(call.queued)) / 1000, agent = seat.agent})
Service.waited(call, false)
Seat.put(seat, {took_for = call.group})
Seat.count_call(seat)
Seat.advance(seat, 'answered', 'on call ' .. call.call_id)
Call.remember_seat(call, seat.seat_id)
Call.stop_waiting(call)
Call.put(call, {state = 'talking', parked = '', offer_id = '', answered_offer = ARGS.offer_id, group = '', devices = '', deadline = '',
                seat_leg = ARGS.seat_leg, seat_channel = ARGS.seat_channel, answered = now})
return reply({done = true})
