-- Seats: their table, and the indexes that let a call find one.
--
-- seat:<id>       hash; seats: all ids (zset, so that they come sorted); groups: all groups (set)
-- A queue is "group|wanted skills". wants: every combination of skills a call ever wanted (set).
-- ready:<queue>   zset of the seats that are READY with an idle phone and serve the queue, by `since`
-- duty:<queue>    set of the seats on duty that serve it
-- skilled:<skill> set of the seats that have it
--
-- Rendered before this file: TRANSITIONS, DEFERRED, ON_DUTY (seats/state.py).

local BOUND = {reserved = true, talking = true, wrap_up = true}  -- belongs to a call

local Seat = {cache = {}, freed = {}}

function Seat.load(id)
  if Seat.cache[id] == nil then Seat.cache[id] = record_of(P .. 'seat:' .. id) or false end
  return Seat.cache[id] or nil
end

function Seat.put(seat, changes)
  put(P .. 'seat:' .. seat.seat_id, seat, changes)
end

function Seat.wants()
  if not Seat.known_wants then
    Seat.known_wants = redis.call('SMEMBERS', P .. 'wants')
    Seat.known_wants[#Seat.known_wants + 1] = ''
  end
  return Seat.known_wants
end

function Seat.queues(seat)
  local queues = {}
  for _, want in ipairs(Seat.wants()) do
    if has_all(seat.skills, want) then
      for group in each(seat.groups) do queues[#queues + 1] = group .. '|' .. want end
    end
  end
  return queues
end

function Seat.idle(seat)
  return seat.state == 'ready' and seat.phone == 'idle'
end

function Seat.list(seat)
  for _, queue in ipairs(Seat.queues(seat)) do redis.call('ZADD', P .. 'ready:' .. queue, seat.since, seat.seat_id) end
end

function Seat.unlist(seat)
  for _, queue in ipairs(Seat.queues(seat)) do redis.call('ZREM', P .. 'ready:' .. queue, seat.seat_id) end
end

function Seat.set_duty(seat, on)
  local command = on and 'SADD' or 'SREM'
  for _, queue in ipairs(Seat.queues(seat)) do redis.call(command, P .. 'duty:' .. queue, seat.seat_id) end
end

-- A combination of skills is wanted for the first time in this hotline's life: O(seats that have them), once.
function Seat.learn_want(want)
  if redis.call('SADD', P .. 'wants', want) == 0 then return end
  Seat.known_wants = nil
  local unlisted, keys = {}, {}
  for _, seat in ipairs(Seat.freed) do unlisted[seat.seat_id] = true end
  for skill in each(want) do keys[#keys + 1] = P .. 'skilled:' .. skill end
  for _, id in ipairs(redis.call('SINTER', unpack(keys))) do
    local seat = Seat.load(id)
    if ON_DUTY[seat.state] then
      Seat.set_duty(seat, true)
      if Seat.idle(seat) and not unlisted[id] then Seat.list(seat) end
    end
  end
end

function Seat.serve(seat, groups, skills)  -- what it serves is (or becomes) this
  Seat.unlist(seat)
  Seat.set_duty(seat, false)
  for skill in each(seat.skills) do redis.call('SREM', P .. 'skilled:' .. skill, seat.seat_id) end
  Seat.put(seat, {groups = groups, skills = skills})
  for skill in each(skills) do redis.call('SADD', P .. 'skilled:' .. skill, seat.seat_id) end
  for group in each(groups) do redis.call('SADD', P .. 'groups', group) end
  if ON_DUTY[seat.state] then Seat.set_duty(seat, true) end
end

function Seat.forget(seat)
  Seat.serve(seat, '', '')
  Timer.clear('wrap:' .. seat.seat_id)
  Timer.clear('heal:' .. seat.seat_id)
  redis.call('ZREM', P .. 'seats', seat.seat_id)
  redis.call('DEL', P .. 'seat:' .. seat.seat_id)
  Seat.cache[seat.seat_id] = false
end

-- A freed seat is listed only when the step settles, so that a call which returns to its place in this same step takes
-- the seats nobody else waited for, and the freed seat goes to the best-ranked call of all.
function Seat.free(seat)
  Seat.freed[#Seat.freed + 1] = seat
end

function Seat.set_timers(seat, from, to)
  if from == to then return end
  if from == 'wrap_up' then Timer.clear('wrap:' .. seat.seat_id) end
  if from == 'unreachable' then Timer.clear('heal:' .. seat.seat_id) end
  if to == 'wrap_up' then Timer.set('wrap:' .. seat.seat_id, now + RULES.wrap_ms) end
  if to == 'unreachable' then Timer.set('heal:' .. seat.seat_id, now + RULES.heal_ms) end
end

function Seat.enter(seat, to, why, wish)
  local from = seat.state
  if Seat.idle(seat) then Seat.unlist(seat) end
  Seat.set_timers(seat, from, to)
  if ON_DUTY[from] ~= ON_DUTY[to] then Seat.set_duty(seat, ON_DUTY[to]) end
  local changes = {state = to, why = why, wish = wish}
  if to ~= from then changes.since = now end
  if to ~= 'reserved' then changes.offer_id = '' end
  if not BOUND[to] then changes.call_id = '' end
  changes.wrap_until = to == 'wrap_up' and now + RULES.wrap_ms or ''
  Seat.put(seat, changes)
  if seat.leaving == '1' and not BOUND[to] then
    Seat.forget(seat)
  elseif Seat.idle(seat) then
    Seat.free(seat)
  end
end

-- The only thing that changes a seat's state. False: the table has no such event here, and nothing was changed.
-- A wish takes effect where the seat would become ready by itself, or away (which only a person ends). A seat that
-- would become ready while its phone is not registered is unreachable instead, until the phone is back.
function Seat.advance(seat, event, why)
  local to = TRANSITIONS[seat.state][event]
  if not to then return false end
  if to == 'wrap_up' and RULES.wrap_ms <= 0 then to = TRANSITIONS.wrap_up.wrapped_up end
  local wish = DEFERRED[event] and '' or seat.wish
  if wish ~= '' and (to == 'ready' or to == 'away') then
    if wish ~= 'ready' then to, why = wish, seat.wish_why end
    wish = ''
  end
  if to == 'ready' and seat.phone == 'unreachable' then
    to, why = TRANSITIONS.ready.phone_lost, 'its phone is not registered'
  end
  Seat.enter(seat, to, why, wish)
  return true
end
