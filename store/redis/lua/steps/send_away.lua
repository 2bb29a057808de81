-- {call_id, errand}: a person ends the call's waiting. It gets no seat any more; its engine does what the errand says.
local call = Call.load(ARGS.call_id)
if not call then return reply({no = 'unknown'}) end
if call.state ~= 'waiting' and call.state ~= 'offered' then return reply({no = 'not_waiting', state = call.state}) end
if call.state == 'offered' then Match.withdraw(call, 'the call was sent away') end
Call.leave_line(call)
Call.put(call, {parked = '1', errand = ARGS.errand})
Fact.given()
Tell.poke(call)
return reply({done = true})
