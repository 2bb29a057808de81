-- {call_id, expect, state, set, expect_errand, expect_inside}: move a call that was answered, or set fields of any call.
local call = Call.load(ARGS.call_id)
if not call or call.state ~= ARGS.expect then return reply({done = false}) end
if ARGS.expect_errand and call.errand ~= ARGS.expect_errand then return reply({done = false}) end
if ARGS.expect_inside and (call.inside or '') ~= ARGS.expect_inside then return reply({done = false}) end
ARGS.set.state = ARGS.state
Call.put(call, ARGS.set)
Fact.given()
Tell.poke(call)
return reply({done = true})
