-- {seat_id, event, why}: a person's wish, at once or (while a call binds the seat) when it would next become ready.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
if not Seat.advance(seat, ARGS.event, ARGS.why) then
  local wish = DEFERRED[ARGS.event]
  if not wish then return reply({illegal = seat.state}) end
  Seat.put(seat, {wish = wish, wish_why = ARGS.why})
  if not Seat.is_merely_busy(seat) then Seat.give_up(seat) end
end
return reply({seat = seat})
