-- {call_id}: how many calls that wait for its groups rank before it.
local call = Call.load(ARGS.call_id)
if not call or (call.state ~= 'waiting' and call.state ~= 'offered') then return reply({}) end
local keys, before = {}, 0
for group in each(call.open) do keys[#keys + 1] = P .. 'lines:' .. group end
if #keys > 0 then
  for _, line in ipairs(redis.call('SUNION', unpack(keys))) do
    before = before + redis.call('ZCOUNT', P .. 'wait:' .. line, '-inf', '(' .. call.rank_ms)
  end
end
return reply({place = before})
