-- {call, state, seat_id, seat_leg, seat_channel, inside, answered, why, nobody}: a talk that goes on and that live state has lost.
-- Where its seat needs an agent and has none, it is logged out afterwards, unless its agent signs in meanwhile.
local id = ARGS.call.call_id
if Call.load(id) or redis.call('EXISTS', P .. 'ended:' .. id) == 1 then return reply({done = false}) end
local seat = ARGS.seat_id ~= '' and Seat.load(ARGS.seat_id)
if ARGS.seat_id ~= '' and not (seat and TRANSITIONS[seat.state].found_talking) then return reply({done = false}) end

local call = Call.create(ARGS.call, ARGS.state)
redis.call('SREM', P .. 'unanswered:' .. ENGINE, id)
Call.put(call, {seat_id = ARGS.seat_id, seat_leg = ARGS.seat_leg, seat_channel = ARGS.seat_channel, inside = ARGS.inside,
                queued = math.max(tonumber(call.arrived), Time.taken(ARGS.call.queued)), answered = Time.taken(ARGS.answered)})
if seat then
  if seat.state == 'paused' then
    Seat.put(seat, {wish = 'paused', wish_why = seat.why})
  elseif RULES.agent_required and seat.agent == '' then
    Seat.put(seat, {wish = 'logged_out', wish_why = ARGS.nobody})
  end
  Seat.advance(seat, 'found_talking', ARGS.why)
  Seat.put(seat, {call_id = id})
end
return reply({done = true})
