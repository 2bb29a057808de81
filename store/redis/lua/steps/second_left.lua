-- {call_id, leg, event}: the second seat's part is over: it did not answer, which the event tells, or it left again.
local call = Call.load(ARGS.call_id)
if not call or call.second_leg ~= ARGS.leg then return reply({}) end
Handover.release_second(call, ARGS.event, 'did not take over call ' .. call.call_id)
Tell.poke(call)
return reply({})
