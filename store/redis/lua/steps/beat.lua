-- {alive_ms}: this engine lives. If it was given up, its calls are no longer parked.
local known = redis.call('ZSCORE', P .. 'engines', ENGINE)
redis.call('ZADD', P .. 'engines', now + ARGS.alive_ms, ENGINE)
Timer.set('engine:' .. ENGINE, now + ARGS.alive_ms)
if not known then Handover.engine_back() end
return reply({})
