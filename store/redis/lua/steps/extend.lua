-- {seat_id, more_ms}: wrap-up lasts so much longer, but never longer than the rules allow from its beginning on.
local seat = Seat.load(ARGS.seat_id)
if not seat then return reply({unknown = true}) end
if seat.state ~= 'wrap_up' then return reply({illegal = seat.state}) end
local ends = tonumber(seat.wrap_until)
local longer = math.min(ends + ARGS.more_ms, tonumber(seat.since) + RULES.wrap_longest_ms)
if longer <= ends then return reply({longest = true}) end
Seat.put(seat, {wrap_until = longer})
Timer.set('wrap:' .. seat.seat_id, longer)
return reply({seat = seat})
