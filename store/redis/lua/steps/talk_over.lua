-- {call_id}: the talk of caller and seat is over, and was nothing else: the call is AFTER, and the seat is let go. Where it has
-- become something else (held, handed on…), nothing changes. The call as it is then.
local call = Call.load(ARGS.call_id)
if not call then return reply({}) end
if call.state == 'talking' then
  Call.put(call, {state = 'after'})
  Handover.release_seat(call)
  if call.engine ~= ENGINE then Tell.poke(call) end
end
return reply({call = call})
