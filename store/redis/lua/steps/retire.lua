-- {seat_ids}: seats that are configured no longer: gone now, or once they are free.
for _, id in ipairs(ARGS.seat_ids) do
  local seat = Seat.load(id)
  if seat and BOUND[seat.state] then
    Seat.put(seat, {leaving = '1'})
    Seat.give_up(seat)
  elseif seat then
    Seat.forget(seat)
  end
end
return reply({})
