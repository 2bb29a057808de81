-- Agents: who is signed in where. One agent, one seat: `agents` says a -> s exactly where seat s has the agent a.
--
-- agents           hash: agent -> seat
-- A seat serves its own groups and skills (own_..., as configured), or those of the agent at it (agent_..., '' for none).

function Agent.who(id, name)
  return 'agent ' .. id .. (name ~= '' and ' (' .. name .. ')' or '')
end

-- What the seat serves, by its configuration and its agent. True where that changed; an idle seat is then to be freed.
function Agent.serve(seat, places)
  local groups = seat.agent_groups ~= '' and seat.agent_groups or seat.own_groups
  local skills = seat.agent_skills ~= '' and seat.agent_skills or seat.own_skills
  places = places or seat.places
  if seat.groups == groups and seat.skills == skills and seat.places == places then return false end
  Seat.serve(seat, groups, skills, places)
  return true
end

function Agent.come(seat, given, why)
  local new = seat.agent ~= given.agent
  redis.call('HSET', P .. 'agents', given.agent, seat.seat_id)
  Seat.put(seat, {agent = given.agent, agent_name = given.name, agent_groups = given.groups, agent_skills = given.skills})
  if seat.deserted == '1' then Seat.put(seat, {deserted = ''}) end
  Agent.serve(seat)
  if new then
    Tell.everybody({kind = 'agent_signed_in', agent = given.agent, name = given.name, seat_id = seat.seat_id, why = why, by = ARGS.by or ''})
  end
end

function Agent.leave(seat, why)
  if seat.agent == '' then return end
  redis.call('HDEL', P .. 'agents', seat.agent)
  Tell.everybody({kind = 'agent_signed_out', agent = seat.agent, name = seat.agent_name, seat_id = seat.seat_id, why = why, by = ARGS.by or ''})
  Seat.put(seat, {agent = '', agent_name = '', agent_groups = '', agent_skills = ''})
  Agent.serve(seat)
end

-- He has gone to another seat. This one is logged out; where a call binds it, as soon as that is over, without wrap-up.
function Agent.move_away(seat, why)
  Agent.leave(seat, why)
  if not Seat.advance(seat, 'log_out', why) then
    Seat.put(seat, {deserted = '1'})
    Seat.keep_wish(seat, 'logged_out', why)
  end
end
