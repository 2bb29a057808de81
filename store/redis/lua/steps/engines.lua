-- The engines that live.
local ids = redis.call('ZRANGE', P .. 'engines', '(' .. now, '+inf', 'BYSCORE')
return reply({engines = #ids > 0 and ids or nil})
