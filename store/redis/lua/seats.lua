-- Seats: their table, and the indexes that let a call find one.
--
-- seat:<id>       hash; seats: all ids (zset, so that they come sorted); groups: all that a seat serves or a call waits for (set)
-- A queue is "group|wanted skills" (as "english:1,tax:3"). wants: every combination of skills and levels ever wanted (set).
-- ready:<queue>   zset of the seats that are READY with an idle phone and serve the queue; the group's strategy is the score
-- duty:<queue>    set of the seats on duty that serve it
-- skilled:<skill> set of the seats that have it, at whatever level
-- A seat counts the calls it answers in a day (`calls`, on `calls_day`); `places` are its places in the groups.
-- `awaited_by` is the call that awaits the seat (calls.lua).
--
-- Rendered before this file: TRANSITIONS, DEFERRED, ON_DUTY (seats/state.py).

local BOUND = {reserved = true, talking = true, wrap_up = true}  -- belongs to a call

local LONG_AGO = 1577836800000  -- 2020-01-01: from then on `since` has less than 2^41 ms until 2089
local SPAN = 2 ^ 41             -- so that 4,000 calls and `since` fit into one score of 53 bits
local MOST_COUNTED = 4000       -- calls of a day; who served more is not told apart

local Seat = {cache = {}, freed = {}, given_up = {}, vacated = {}}
local Agent = {}  -- agents.lua

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
  local queues, held = {}, numbers_of(seat.skills)
  for _, want in ipairs(Seat.wants()) do
    if enough(held, want) then
      for group in each(seat.groups) do queues[#queues + 1] = group .. '|' .. want end
    end
  end
  return queues
end

function Seat.idle(seat)
  return seat.state == 'ready' and seat.phone == 'idle'
end

-- It takes a call without anyone's doing, sooner or later. One that wraps up without a phone will not.
function Seat.on_duty(seat)
  return ON_DUTY[seat.state] and not (seat.state == 'wrap_up' and seat.phone == 'unreachable') or false
end

-- On duty, and neither free nor on its way to something else: it takes calls again by itself.
function Seat.is_merely_busy(seat)
  return Seat.on_duty(seat) and not Seat.idle(seat) and seat.leaving ~= '1' and (seat.wish == '' or seat.wish == 'ready')
end

function Seat.calls_today(seat)
  return seat.calls_day == Time.today() and tonumber(seat.calls) or 0
end

function Seat.count_call(seat)
  Seat.put(seat, {calls = Seat.calls_today(seat) + 1, calls_day = Time.today()})
end

-- What a group's strategy makes of the seat: the lowest is rung first, of equals the lowest id.
function Seat.score(seat, group)
  local strategy = RULES.strategies[group]
  if strategy == 'in_order' then return numbers_of(seat.places)[group] or 0 end
  if strategy ~= 'fewest_calls' then return seat.since end
  return math.min(Seat.calls_today(seat), MOST_COUNTED) * SPAN + tonumber(seat.since) - LONG_AGO
end

function Seat.is_counted(seat)
  for group in each(seat.groups) do
    if RULES.strategies[group] == 'fewest_calls' then return true end
  end
  return false
end

function Seat.list(seat)
  for _, queue in ipairs(Seat.queues(seat)) do
    redis.call('ZADD', P .. 'ready:' .. queue, Seat.score(seat, queue:match('^[^|]*')), seat.seat_id)
  end
  if Seat.is_counted(seat) and Seat.calls_today(seat) > 0 then Timer.set('day:' .. seat.seat_id, Time.midnight()) end
end

function Seat.unlist(seat)
  for _, queue in ipairs(Seat.queues(seat)) do redis.call('ZREM', P .. 'ready:' .. queue, seat.seat_id) end
  if Seat.is_counted(seat) then Timer.clear('day:' .. seat.seat_id) end
end

-- The day or the rules have changed.
function Seat.list_anew(seat)
  Timer.clear('day:' .. seat.seat_id)
  Seat.list(seat)
end

function Seat.set_duty(seat, on)
  local command = on and 'SADD' or 'SREM'
  Service.on_duty(seat, on)
  for _, queue in ipairs(Seat.queues(seat)) do redis.call(command, P .. 'duty:' .. queue, seat.seat_id) end
  if not on then
    for group in each(seat.groups) do Seat.vacated[group] = true end
  end
end

-- Its state or its phone has changed. `served`: whether it was on duty before.
function Seat.note_duty(seat, served)
  if Seat.on_duty(seat) == served then return end
  Seat.set_duty(seat, not served)
  if served then Seat.give_up(seat) end
end

-- A combination of skills is wanted for the first time in this hotline's life: O(seats that have them), once.
function Seat.learn_want(want)
  if want == '' or redis.call('SADD', P .. 'wants', want) == 0 then return end
  Seat.known_wants = nil
  local keys = {}
  for skill in want:gmatch('([^,:]+):') do keys[#keys + 1] = P .. 'skilled:' .. skill end
  for _, id in ipairs(redis.call('SINTER', unpack(keys))) do
    local seat = Seat.load(id)
    if enough(numbers_of(seat.skills), want) then
      for group in each(seat.groups) do
        local score = redis.call('ZSCORE', P .. 'ready:' .. group .. '|', id)
        if score then redis.call('ZADD', P .. 'ready:' .. group .. '|' .. want, score, id) end
        if Seat.on_duty(seat) then redis.call('SADD', P .. 'duty:' .. group .. '|' .. want, id) end
      end
    end
  end
end

-- The call that awaits the seat awaits it no longer: told at once, done when the step settles.
function Seat.give_up(seat)
  if seat.awaited_by ~= '' then Seat.given_up[#Seat.given_up + 1] = seat.awaited_by end
end

function Seat.serve(seat, groups, skills, places)  -- what it serves is (or becomes) this
  Seat.unlist(seat)
  Seat.set_duty(seat, false)
  Seat.give_up(seat)
  for skill in pairs(numbers_of(seat.skills)) do redis.call('SREM', P .. 'skilled:' .. skill, seat.seat_id) end
  Seat.put(seat, {groups = groups, skills = skills, places = places or seat.places})
  for skill in pairs(numbers_of(skills)) do redis.call('SADD', P .. 'skilled:' .. skill, seat.seat_id) end
  for group in each(groups) do redis.call('SADD', P .. 'groups', group) end
  if Seat.on_duty(seat) then Seat.set_duty(seat, true) end
end

function Seat.forget(seat)
  Agent.leave(seat, 'the seat is configured no longer')
  Seat.serve(seat, '', '', '')
  for _, kind in ipairs({'wrap:', 'heal:', 'away:'}) do Timer.clear(kind .. seat.seat_id) end
  redis.call('ZREM', P .. 'seats', seat.seat_id)
  forget(P .. 'seat:' .. seat.seat_id)
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
  if from == 'away' then Timer.clear('away:' .. seat.seat_id) end
  if to == 'wrap_up' then Timer.set('wrap:' .. seat.seat_id, now + RULES.wrap_ms) end
  if to == 'unreachable' then Timer.set('heal:' .. seat.seat_id, now + RULES.heal_ms) end
  if to == 'away' and RULES.away_ms > 0 then Timer.set('away:' .. seat.seat_id, now + RULES.away_ms) end
end

function Seat.enter(seat, to, why, wish)
  local from, served = seat.state, Seat.on_duty(seat)
  if Seat.idle(seat) then Seat.unlist(seat) end
  Seat.set_timers(seat, from, to)
  local changes = {state = to, why = why, wish = wish}
  if to ~= from then changes.since = now end
  if to ~= 'reserved' then changes.offer_id = '' end
  if not BOUND[to] then changes.call_id = '' end
  Service.seat_goes(seat, to, BOUND[to], changes)
  changes.wrap_until = to == 'wrap_up' and now + RULES.wrap_ms or ''
  Seat.put(seat, changes)
  Seat.note_duty(seat, served)
  if to ~= from then Board.note(seat.seat_id, from, to, why) end
  if to == 'logged_out' then
    Agent.leave(seat, why)
    if seat.deserted == '1' then Seat.put(seat, {deserted = ''}) end
  end
  if seat.leaving == '1' and not BOUND[to] then
    Seat.forget(seat)
  elseif Seat.idle(seat) then
    Seat.free(seat)
  end
end

-- Asked for while a call binds the seat: it takes effect when that would let it become ready, or away.
function Seat.keep_wish(seat, wish, why)
  Seat.put(seat, {wish = wish, wish_why = why})
  if not Seat.is_merely_busy(seat) then Seat.give_up(seat) end
end

-- The only thing that changes a seat's state. False: the table has no such event here, and nothing was changed.
-- A wish takes effect where the seat would become ready by itself, or away (which only a person ends). A seat that
-- would become ready while its phone is not registered is unreachable instead, until the phone is back.
function Seat.advance(seat, event, why)
  local to = TRANSITIONS[seat.state][event]
  if not to then return false end
  local nobody = seat.deserted == '1' and seat.wish == 'logged_out'  -- its agent is at another seat: nobody writes here
  if to == 'wrap_up' and (nobody or RULES.wrap_ms <= 0) then to = TRANSITIONS.wrap_up.wrapped_up end
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
