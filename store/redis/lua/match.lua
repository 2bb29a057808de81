-- Offers, and which seat goes to which call.
--
-- Between steps no call waits for a seat it may take (one that awaits its preferred seat may take that alone). So a call that
-- comes to wait takes its first choice, and a seat that becomes free takes the best-ranked call of all its groups; nothing
-- else has to be looked at.

local Match = {}

-- May a caller of this class take the seat, as far as head-room goes? Where a group keeps k seats back, others than
-- those it keeps them for leave it k ready ones, also when they come through another of the seat's groups.
function Match.room(seat, class)
  if RULES.kept_for[class] then return true end
  for group in each(seat.groups) do
    local kept = RULES.kept_back[group]
    if kept and redis.call('ZCARD', P .. 'ready:' .. group .. '|') <= kept then return false end
  end
  return true
end

function Match.offer(call, seat, group)
  local offer_id = string.format('%d-%d', now, redis.call('INCR', P .. 'offers'))
  Call.leave_line(call)
  Seat.advance(seat, 'offered', 'rung for call ' .. call.call_id)
  Seat.put(seat, {call_id = call.call_id, offer_id = offer_id})
  Call.put(call, {state = 'offered', offer_id = offer_id, seat_id = seat.seat_id, group = group, devices = seat.devices,
                  deadline = now + RULES.ring_ms})
  Timer.set('lease:' .. call.call_id, now + RULES.ring_ms + RULES.lease_margin_ms)
  Fact.decided('offered', call.call_id, {offer_id = offer_id, seat_id = seat.seat_id, group = group})
  Tell.offers[#Tell.offers + 1] = {call = call, offer = Match.offer_of(call)}
end

function Match.offer_of(call)
  return {offer_id = call.offer_id, call_id = call.call_id, seat_id = call.seat_id, group = call.group, devices = call.devices,
          left_ms = tonumber(call.deadline) - now}
end

-- The offer brought no talk: the call is WAITING and in no line yet, the seat goes where the event leads.
function Match.close(call, outcome, cause, event, why)
  local seat = Seat.load(call.seat_id)
  Fact.decided('offer_ended', call.call_id, {offer_id = call.offer_id, seat_id = call.seat_id, outcome = outcome, cause = cause})
  Timer.clear('lease:' .. call.call_id)
  local mine = seat and seat.offer_id == call.offer_id
  Call.put(call, {state = 'waiting', offer_id = '', seat_id = '', group = '', devices = '', deadline = ''})
  if mine then Seat.advance(seat, event, why) end
end

function Match.withdraw(call, cause)
  Match.close(call, 'withdrawn', cause, 'withdrawn', 'call ' .. call.call_id .. ' was withdrawn: ' .. cause)
end

-- The call's preferred seat, if it is ready in an open group and may take it.
function Match.preferred_for(call)
  if call.preferred == '' or Call.refusals(call)[call.preferred] then return end
  for group in each(call.open) do
    if redis.call('ZSCORE', P .. 'ready:' .. group .. '|' .. call.want, call.preferred) then
      local seat = Seat.load(call.preferred)
      if Match.room(seat, call.caller_class) then return seat, group end
      return
    end
  end
end

-- A seat for the call: its preferred one, else by ladder order and the groups' strategies. What is passed over is bounded:
-- seats by the call's standing refusals and by the sum of what groups keep back (a seat is kept only while its group has no
-- more than that ready).
function Match.seat_for(call)
  local preferred, group = Match.preferred_for(call)
  if preferred or call.awaits ~= '' then return preferred, group end
  local refused = Call.refusals(call)
  for group in each(call.open) do
    local key, from = P .. 'ready:' .. group .. '|' .. call.want, 0
    repeat
      local ids = redis.call('ZRANGE', key, from, from + 7)
      for _, id in ipairs(ids) do
        local seat = not refused[id] and Seat.load(id)
        if seat and Match.room(seat, call.caller_class) then return seat, group end
      end
      from = from + 8
    until #ids < 8
  end
end

-- The best-ranked call of this line that the seat did not refuse; passes over no more than the seat's standing refusals.
function Match.first_in(line, seat, best)
  local from = 0
  repeat
    local found = redis.call('ZRANGE', P .. 'wait:' .. line, from, from + 7, 'WITHSCORES')
    for i = 1, #found, 2 do
      local id, rank = found[i], tonumber(found[i + 1])
      if best and (rank > best.rank or rank == best.rank and id > best.id) then return best end
      if redis.call('HEXISTS', P .. 'refused:' .. id, seat.seat_id) == 0 then return {id = id, rank = rank} end
    end
    from = from + 8
  until #found < 16
  return best
end

function Match.call_for(seat)
  local keys, best, room, held = {}, nil, {}, numbers_of(seat.skills)
  for group in each(seat.groups) do keys[#keys + 1] = P .. 'lines:' .. group end
  if #keys == 0 then return nil end
  for _, line in ipairs(redis.call('SUNION', unpack(keys))) do
    local class, want, kind = line:match('|(.-)|(.-)|(.*)$')
    if not has_sign(kind, 'a') and enough(held, want) then
      if room[class] == nil then room[class] = Match.room(seat, class) end
      if room[class] then best = Match.first_in(line, seat, best) end
    end
  end
  local first, awaiting = best and Call.load(best.id), Match.awaiting(seat)
  return awaiting and (not first or Match.ranks_before(awaiting, first)) and awaiting or first
end

-- The call that awaits the seat, if it may take it. It wants no more than when it began to await it.
function Match.awaiting(seat)
  local call = seat.awaited_by ~= '' and Call.load(seat.awaited_by)
  return call and Match.room(seat, call.caller_class) and call or nil
end

function Match.ranks_before(one, other)
  local a, b = tonumber(one.rank_ms), tonumber(other.rank_ms)
  return a < b or a == b and one.call_id < other.call_id
end

function Match.give(seat)
  local call = Match.call_for(seat)
  if not call then return false end
  for group in each(call.open) do
    if has(seat.groups, group) then
      Match.offer(call, seat, group)
      return true
    end
  end
end

-- One more ready seat may be just the one that lets a group's other ready seats go too: at most kept + 1 are asked.
function Match.release_kept(seat)
  for group in each(seat.groups) do
    local kept = RULES.kept_back[group]
    local key = P .. 'ready:' .. group .. '|'
    if kept and redis.call('ZCARD', key) == kept + 1 then
      for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
        if id ~= seat.seat_id then Match.give(Seat.load(id)) end
      end
    end
  end
end

-- After the rules have changed: every ready seat is listed by its groups' strategies and looks again, and lines that nobody
-- serves are looked for. O(ready seats), once a change.
function Match.sweep()
  for _, group in ipairs(sorted_members('groups')) do
    local ids = redis.call('ZRANGE', P .. 'ready:' .. group .. '|', 0, -1)
    for _, id in ipairs(ids) do Seat.list_anew(Seat.load(id)) end
    Seat.vacated[group] = true
  end
  for _, group in ipairs(sorted_members('groups')) do
    if redis.call('EXISTS', P .. 'lines:' .. group) == 1 then
      for _, id in ipairs(redis.call('ZRANGE', P .. 'ready:' .. group .. '|', 0, -1)) do
        local seat = Seat.load(id)
        if Seat.idle(seat) then Match.give(seat) end
      end
    end
  end
end

-- Calls that are at their place again look for a seat, the best-ranked first.
function Match.seat_waiting()
  local waiting = Call.waiting
  Call.waiting = {}
  table.sort(waiting, Match.ranks_before)
  for _, call in ipairs(waiting) do
    if call.line ~= '' then
      local seat, group = Match.seat_for(call)
      if seat then Match.offer(call, seat, group) end
    end
  end
end

-- Calls whose seat is no longer merely busy await it no more: they stand in line like everybody else, and look for a seat.
function Match.end_awaiting()
  local given_up = Seat.given_up
  Seat.given_up = {}
  for _, call_id in ipairs(given_up) do
    local call = Call.load(call_id)
    if call and call.awaits ~= '' then Call.awaits_no_more(call) end
  end
end

-- Seats that became free take a call. Where the one that awaits the seat may not have it, it looks elsewhere.
function Match.fill_freed()
  local freed = Seat.freed
  Seat.freed = {}
  for _, seat in ipairs(freed) do
    if Seat.cache[seat.seat_id] and Seat.idle(seat) then
      Seat.list(seat)
      if not Match.give(seat) then
        Seat.give_up(seat)
        Match.end_awaiting()
        Match.release_kept(seat)
      end
    end
  end
end

-- The last thing a step does to live state.
function Match.settle()
  repeat
    Match.end_awaiting()
    Match.seat_waiting()
    Match.fill_freed()
  until #Call.waiting == 0
  if RULES.skip_empty then
    for group in pairs(Seat.vacated) do Call.note_unserved(group) end
  end
  Seat.vacated = {}
  write_all()
end

local function reply(answer, own_call)
  Match.settle()
  answer.offer = Tell.all(own_call)
  if #Board.changes > 0 then answer.changes = Board.changes end
  local next_timer = redis.call('ZRANGE', P .. 'timers', 0, 0, 'WITHSCORES')
  if next_timer[2] then answer.due_in_ms = tonumber(next_timer[2]) - now end
  answer.ahead = ahead
  return cjson.encode(answer)
end
