-- {seat_id, phone, why, ready}: what Asterisk says of the seat's phone. Said again, it changes nothing (but for `ready`).
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({}) end

local function lost()
  local call = seat.state == 'reserved' and Call.load(seat.call_id)
  if not call then return Seat.advance(seat, 'phone_lost', ARGS.why) end
  if call.second == seat.seat_id then
    Tell.poke(call)
    return Handover.release_second(call, 'phone_lost', ARGS.why)
  end
  Match.close(call, 'unreachable', 'phone_lost', 'phone_lost', ARGS.why)
  Call.refuse(call, seat.seat_id, false)
  Call.lift(call)
  Call.wait(call)
  Tell.poke(call)
end

local before = seat.phone
if before ~= ARGS.phone then
  local served = Seat.on_duty(seat)
  if Seat.idle(seat) then Seat.unlist(seat) end
  Seat.put(seat, {phone = ARGS.phone})
  Seat.note_duty(seat, served)
  if ARGS.phone == 'unreachable' then
    lost()
  elseif seat.state == 'unreachable' and (before == 'unreachable' or ARGS.phone == 'idle') then
    Seat.advance(seat, 'phone_back', ARGS.why)
  elseif Seat.idle(seat) then
    Seat.free(seat)
  end
end
local asleep = seat.state == 'logged_out' or seat.state == 'away' or seat.state == 'unreachable'
if RULES.agent_required and seat.agent == '' then asleep = false end
if ARGS.ready and ARGS.phone ~= 'unreachable' and asleep then Seat.advance(seat, 'make_ready', ARGS.why) end
return reply({seat = seat})
