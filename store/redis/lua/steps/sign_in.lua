-- {seat_id, agent, name, groups, skills, event, by}: the agent is at this seat from now on, and at no other.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
local other = seat.agent ~= '' and seat.agent ~= ARGS.agent
if other and (seat.state == 'reserved' or seat.state == 'talking') then
  return reply({taken = {state = seat.state, who = Agent.who(seat.agent, seat.agent_name)}})
end

local who = Agent.who(ARGS.agent, ARGS.name)
local before = redis.call('HGET', P .. 'agents', ARGS.agent)
if before and before ~= seat.seat_id then Agent.move_away(Seat.load(before), who .. ' signed in at seat ' .. seat.seat_id) end
local why = who .. ' signed in'
if other then
  why = who .. ' took over from ' .. Agent.who(seat.agent, seat.agent_name)
  Agent.leave(seat, why)
end
Agent.come(seat, ARGS, why)
if not Seat.advance(seat, ARGS.event, why) then Seat.keep_wish(seat, DEFERRED[ARGS.event], why) end
return reply({seat = seat})
