-- {seat_id, event, why}: a supervisor's wish for a seat, at once also while it rings: the call it rings for goes to another.
-- A seat that talks keeps its call, and the wish.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
if RULES.agent_required and seat.agent == '' and ARGS.event ~= 'log_out' then return reply({agentless = true}) end
local call = seat.state == 'reserved' and Call.load(seat.call_id)
if call and call.second == seat.seat_id then
  Handover.release_second(call, 'withdrawn', ARGS.why)
  Seat.advance(seat, ARGS.event, ARGS.why)
  Tell.poke(call)
elseif call then
  Match.withdraw(call, ARGS.why)
  Seat.advance(seat, ARGS.event, ARGS.why)
  Call.refuse(call, seat.seat_id, false)
  Call.lift(call)
  Call.wait(call)
  Tell.poke(call)
elseif not Seat.advance(seat, ARGS.event, ARGS.why) then
  Seat.keep_wish(seat, DEFERRED[ARGS.event], ARGS.why)
end
return reply({seat = seat})
