-- {seats}: configured seats, new or changed; states are kept.
for _, given in ipairs(ARGS.seats) do
  local seat = Seat.load(given.seat_id)
  if not seat then
    seat = {seat_id = given.seat_id, state = 'logged_out', phone = 'unreachable', since = now, why = 'nobody has signed in yet',
            wish = '', wish_why = '', call_id = '', offer_id = '', wrap_until = '', groups = '', skills = '',
            places = '', calls = 0, calls_day = '', awaited_by = ''}
    for _, empty in ipairs({'agent', 'agent_name', 'agent_groups', 'agent_skills'}) do seat[empty] = '' end
    Seat.cache[given.seat_id] = seat
    Seat.put(seat, seat)
    redis.call('ZADD', P .. 'seats', 0, given.seat_id)
  end
  Seat.put(seat, {devices = given.devices, leaving = '', own_groups = given.groups, own_skills = given.skills})
  if Agent.serve(seat, given.places) and Seat.idle(seat) then Seat.free(seat) end
end
return reply({})
