-- {most, rematch}: do what is due, at most so many things; every one is settled before the next.
local due = {}

function due.rung(call_id)
  local call = Call.load(call_id)
  if not call or SEATED[call.state] then return end
  Call.widen(call)
  if call.state == 'waiting' then Call.wait(call) end
end

function due.lease(call_id)
  local call = Call.load(call_id)
  if not call or call.state ~= 'offered' then return end
  local seat_id = call.seat_id
  Match.withdraw(call, 'its lease ran out')
  Call.refuse(call, seat_id, false)
  Call.lift(call)
  Call.wait(call)
  Tell.poke(call)
end

function due.second(call_id)
  local call = Call.load(call_id)
  if not call then return end
  Handover.release_second(call, 'withdrawn', 'its lease ran out')
  Tell.poke(call)
end

function due.retry(call_id)
  local call = Call.load(call_id)
  if not call then return end
  Call.lift(call)
  if call.state == 'waiting' then Call.wait(call) end
end

function due.await(call_id)
  local call = Call.load(call_id)
  if call and call.awaits ~= '' then Call.awaits_no_more(call) end
end

-- Its first call is widened and so stands in another line; the next one's turn comes in the next round.
function due.empty(line)
  local open, want = line:match('^(.-)|.-|(.-)|')
  local id = redis.call('ZRANGE', P .. 'wait:' .. line, 0, 0)[1]
  if not id or not RULES.skip_empty or Call.is_served(open, want) then return end
  local call = Call.load(id)
  Call.widen(call)
  Call.wait(call)
  if redis.call('EXISTS', P .. 'wait:' .. line) == 1 then Timer.set('empty:' .. line, now) end
end

function due.day(seat_id)
  local seat = Seat.load(seat_id)
  if seat and Seat.idle(seat) then Seat.list_anew(seat) end
end

function due.wrap(seat_id)
  local seat = Seat.load(seat_id)
  if seat then Seat.advance(seat, 'wrapped_up', 'wrap-up is over') end
end

function due.heal(seat_id)
  local seat = Seat.load(seat_id)
  if seat and seat.phone == 'idle' then Seat.advance(seat, 'phone_back', 'tried again: its phone looks idle') end
end

function due.away(seat_id)
  local seat = Seat.load(seat_id)
  if seat then Seat.advance(seat, 'away_over', 'was away for long enough') end
end

due.engine = Handover.engine_gone

local done = 0
while done < ARGS.most do
  local name = redis.call('ZRANGE', P .. 'timers', '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)[1]
  if not name then break end
  redis.call('ZREM', P .. 'timers', name)
  local kind, id = name:match('^(.-):(.*)$')
  if due[kind] then due[kind](id) else Timer.set(name, now + 1000) end  -- a newer engine's timer: left for it
  Match.settle()
  done = done + 1
end
if ARGS.rematch then Match.sweep() end
return reply({done = done})
