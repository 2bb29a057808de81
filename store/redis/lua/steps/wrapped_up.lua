-- {seat_id}: the ticket is saved.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
if not Seat.advance(seat, 'wrapped_up', 'the ticket is saved') then return reply({illegal = seat.state}) end
return reply({seat = seat})
