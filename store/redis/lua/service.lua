-- What the expected wait (routing/expected.py) is made of, noted by the steps as it happens.
--
-- service:<group>  hash {n, mean_ms}: how long one of its calls takes a seat, from the offer to the end of wrap-up.
--                  The mean weighs each of the last WINDOW calls alike, then fades: the newest counts 1/WINDOW.
-- A seat notes when it took a call (took_at, its offer) and, once it answered, for which group (took_for).
-- patience         hash {left, waited_ms}: callers who gave up (in thousandths), and how long all callers waited; both fade
-- crews            the sets of groups that seats serve, as "a,b" (set); crew:<groups>: its seats on duty (set)

local WINDOW, LONGEST_MS, FADES, LEFT = 50, 3600000, 0.998, 1000

local Service = {}

function Service.note(group, took_ms)
  local key = P .. 'service:' .. group
  local known = redis.call('HMGET', key, 'n', 'mean_ms')
  local n, mean = math.min((tonumber(known[1]) or 0) + 1, WINDOW), tonumber(known[2]) or 0
  mean = mean + math.floor((math.min(took_ms, LONGEST_MS) - mean) / n + 0.5)
  redis.call('HSET', key, 'n', n, 'mean_ms', mean)
end

-- The seat goes to this state; `bound` by a call or not. What is to be kept of it is added to `changes`.
function Service.seat_goes(seat, to, bound, changes)
  local group = seat.took_for or ''
  if to == 'reserved' then changes.took_at = now end
  if bound or group == '' then return end
  Service.note(group, now - tonumber(seat.took_at))
  changes.took_for = ''
end

-- The call waits no longer; `left`: because the caller gave up.
function Service.waited(call, left)
  local known = redis.call('HMGET', P .. 'patience', 'left', 'waited_ms')
  local gone, waited = math.floor((tonumber(known[1]) or 0) * FADES), math.floor((tonumber(known[2]) or 0) * FADES)
  redis.call('HSET', P .. 'patience', 'left', gone + (left and LEFT or 0), 'waited_ms', waited + now - tonumber(call.queued))
end

function Service.on_duty(seat, on)
  if seat.groups == '' then return end
  redis.call(on and 'SADD' or 'SREM', P .. 'crew:' .. seat.groups, seat.seat_id)
  if on then redis.call('SADD', P .. 'crews', seat.groups) end
end
