-- {call_id, was, now}: a supervisor comes onto an answered call, does something else there, or goes ('' is none); only where
-- it still is as it was taken for.   supervised: hash, call -> the supervision
local call = Call.load(ARGS.call_id)
local held = redis.call('HGET', P .. 'supervised', ARGS.call_id) or ''
if held ~= ARGS.was then return reply({done = false}) end
if ARGS.now == '' then
  redis.call('HDEL', P .. 'supervised', ARGS.call_id)
else
  if not call or not SEATED[call.state] or call.state == 'after' then return reply({done = false}) end
  redis.call('HSET', P .. 'supervised', ARGS.call_id, ARGS.now)
end
Fact.given()
return reply({done = true})
