-- {seat_id, call_id, why, by}: the ticket is saved; of this call alone, where one is named.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
local another = ARGS.call_id ~= '' and seat.call_id ~= ARGS.call_id
if another or not Seat.advance(seat, 'wrapped_up', ARGS.why) then return reply({illegal = seat.state}) end
return reply({seat = seat})
