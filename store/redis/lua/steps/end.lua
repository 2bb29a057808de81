-- {call_id, reason, detail}: the caller's contact is over. Before a seat answered only the call's own engine may say so
-- while that engine lives: one that lost the caller's AGI session to another must not end the call under it.
local call = Call.load(ARGS.call_id)
if call and not SEATED[call.state] and call.engine ~= ENGINE and redis.call('ZSCORE', P .. 'engines', call.engine) then
  return reply({ignored = call.engine})
end
-- A call that live state does not know (Redis was emptied, or it was refused on arrival) ends all the same, but once.
local first = redis.call('SET', P .. 'ended:' .. ARGS.call_id, 1, 'NX', 'PX', 600000)
if call then
  if call.state == 'waiting' or call.state == 'offered' then Service.waited(call, ARGS.reason == 'abandoned') end
  if call.state == 'offered' then Match.withdraw(call, 'the caller left') end
  Handover.release_seat(call)
  Handover.release_second(call, 'withdrawn', 'call ' .. call.call_id .. ' ended')
  Call.forget(call)
end
redis.call('HDEL', P .. 'supervised', ARGS.call_id)
if call or first then Fact.decided('ended', ARGS.call_id, {reason = ARGS.reason, detail = ARGS.detail}) end
return reply({})
