-- {call_id, expected_ms}: the wait that was expected when the call joined ('' where nobody was on duty). Noted once, with its fact.
local call = Call.load(ARGS.call_id)
if not call or call.state ~= 'waiting' or call.engine ~= ENGINE or (call.expected_at or '') ~= '' then return reply({done = false}) end
Call.put(call, {expected_ms = ARGS.expected_ms, expected_at = now})
Fact.given()
return reply({done = true})
