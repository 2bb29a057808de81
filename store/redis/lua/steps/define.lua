-- {seats}: configured seats, new or changed; states are kept.
for _, given in ipairs(ARGS.seats) do
  local seat = Seat.load(given.seat_id)
  if not seat then
    seat = {seat_id = given.seat_id, state = 'logged_out', phone = 'unreachable', since = now, why = 'nobody has signed in yet',
            wish = '', wish_why = '', call_id = '', offer_id = '', wrap_until = '', groups = '', skills = '',
            places = '', calls = 0, calls_day = '', awaited_by = ''}
    Seat.cache[given.seat_id] = seat
    Seat.put(seat, seat)
    redis.call('ZADD', P .. 'seats', 0, given.seat_id)
  end
  if seat.groups ~= given.groups or seat.skills ~= given.skills or seat.places ~= given.places then
    Seat.serve(seat, given.groups, given.skills, given.places)
    if Seat.idle(seat) then Seat.free(seat) end
  end
  Seat.put(seat, {devices = given.devices, agent = given.agent, leaving = ''})
end
return reply({})
