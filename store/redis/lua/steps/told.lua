-- {call_id, place, minutes}: what the caller is about to be told, each where it is there. Refused where either is no better
-- than what he was told before, or while a seat rings for him: whatever its engine believes, he hears no worse news.
local call = Call.load(ARGS.call_id)
if not call or call.state ~= 'waiting' or call.engine ~= ENGINE then return reply({done = false}) end
local changes = {told_at = now}
for given, field in pairs({place = 'told_place', minutes = 'told_minutes'}) do
  local said, before = ARGS[given], tonumber(call[field])
  if said and before and said >= before then return reply({done = false}) end
  if said then changes[field] = said end
end
Call.put(call, changes)
Fact.given()
return reply({done = true})
