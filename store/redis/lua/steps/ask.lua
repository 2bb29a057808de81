-- {seat_id, event, why, by}: a person's wish, at once or (while a call binds the seat) when it would next become ready.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
if RULES.agent_required and seat.agent == '' and ARGS.event ~= 'log_out' then return reply({agentless = true}) end
if not Seat.advance(seat, ARGS.event, ARGS.why) then
  local wish = DEFERRED[ARGS.event]
  if not wish then return reply({illegal = seat.state}) end
  Seat.keep_wish(seat, wish, ARGS.why)
end
return reply({seat = seat})
