-- This engine stops: its calls keep their places, parked, until another engine takes them.
Timer.clear('engine:' .. ENGINE)
Handover.engine_gone(ENGINE)
return reply({})
