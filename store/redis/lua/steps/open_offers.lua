-- The offers that are open for this engine's calls: to be delivered again after its subscription was interrupted.
local offers = {}
for _, id in ipairs(redis.call('SMEMBERS', P .. 'unanswered:' .. ENGINE)) do
  local call = Call.load(id)
  if call and call.state == 'offered' then offers[#offers + 1] = Match.offer_of(call) end
end
return reply({offers = #offers > 0 and offers or nil})
