-- Whose a call is: taking it over, giving up an engine, and letting a seat go.
--
-- engines          zset: engine -> until when it is taken to live (hotline time)
-- orphans          zset: calls that are parked because their engine is gone, by rank; they are expected back at their places

local Handover = {}

function Handover.release_seat(call)
  if not SEATED[call.state] or call.seat_id == '' then return end
  local seat = Seat.load(call.seat_id)
  Fact.decided('seat_left', call.call_id, {seat_id = call.seat_id})
  Call.remember_seat(call, call.seat_id)
  Call.put(call, {seat_id = '', seat_leg = '', seat_channel = ''})
  if seat and seat.call_id == call.call_id then Seat.advance(seat, 'call_ended', 'call ' .. call.call_id .. ' ended') end
end

-- The seat that was to take the caller over, and has not: `event` says why it did not answer, where it did not.
function Handover.release_second(call, event, why)
  if (call.second or '') == '' then return end
  local seat = Seat.load(call.second)
  local mine = seat and seat.call_id == call.call_id and (seat.state == 'talking' or seat.offer_id == call.second_leg)
  local talked = mine and seat.state == 'talking'
  if talked then Fact.decided('seat_left', call.call_id, {seat_id = call.second}) end
  Timer.clear('second:' .. call.call_id)
  Call.put(call, {second = '', second_leg = ''})
  if mine then Seat.advance(seat, talked and 'call_ended' or event, why) end
end

-- The dialplan came back with the call, so whatever rang for it rings no more.
function Handover.take(call)
  if call.engine ~= ENGINE then
    Tell.say(call.engine, {poke = call.call_id})
    if not SEATED[call.state] then redis.call('SMOVE', P .. 'unanswered:' .. call.engine, P .. 'unanswered:' .. ENGINE, call.call_id) end
    Call.put(call, {engine = ENGINE})
  end
  if call.parked == '1' then redis.call('ZREM', P .. 'orphans', call.call_id) end
  if call.state == 'offered' then Match.withdraw(call, 'the call came back') end
  if call.state == 'waiting' then
    Call.leave_line(call)
    Call.put(call, {parked = '1'})
  end
end

-- Its waiting calls are parked. What was offered for them goes on only where a phone really rings or talks; the lease
-- ends it there. O(its calls without a seat), once.
function Handover.engine_gone(engine)
  redis.call('ZREM', P .. 'engines', engine)
  for _, id in ipairs(sorted_members('unanswered:' .. engine)) do
    local call = Call.load(id)
    if call and (call.state == 'waiting' or call.state == 'offered') then
      Call.leave_line(call)
      Call.put(call, {parked = '1'})
      redis.call('ZADD', P .. 'orphans', call.rank_ms, id)
      local seat = call.state == 'offered' and Seat.load(call.seat_id)
      if seat and seat.phone ~= 'in_use' then
        Match.withdraw(call, 'its engine is gone')
        Tell.poke(call)
      end
    end
  end
end

function Handover.engine_back()
  local calls = {}
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'unanswered:' .. ENGINE)) do
    local call = Call.load(id)
    if call and call.parked == '1' then calls[#calls + 1] = call end
  end
  table.sort(calls, Match.ranks_before)
  for _, call in ipairs(calls) do
    Call.put(call, {parked = ''})
    redis.call('ZREM', P .. 'orphans', call.call_id)
    if call.state == 'waiting' then Call.wait(call) end
  end
end
