-- {call}: a call that is not waiting yet. A known one now belongs to this engine; if it waits, it does so without an
-- offer and parked until it joins, because only then is somebody there to ring for it.
local call = Call.load(ARGS.call.call_id)
if not call then
  Call.create(ARGS.call, 'ivr')
  Fact.given()
  return reply({})
end
Handover.take(call)
return reply({call = call})
