-- {call_id, seat_id}: the seat's part in the call is over; the call goes on.
local call = Call.load(ARGS.call_id)
if call and call.seat_id == ARGS.seat_id and SEATED[call.state] then
  Handover.release_seat(call)
  Tell.poke(call)
end
return reply({})
