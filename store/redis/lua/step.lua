-- What every step begins and ends with: its place, its time, the facts it records, what it tells the engines.
--
-- KEYS[1]  zhida:{hotline}:clock; every other key begins with the same "zhida:{hotline}:" and so lies in the same slot
-- ARGV     1 wall time (ms), '' for Redis' own   2 the asking engine's own wall time (ms)   3 its id
--          4 the rules (JSON)   5 the hotline's local time less UTC (ms)   6 the step's arguments (JSON)
--          7… facts to record (each a JSON document)

local P = KEYS[1]:sub(1, -6)
local ENGINE = ARGV[3]
local RULES = cjson.decode(ARGV[4])
local ARGS = cjson.decode(ARGV[6])

local function record_of(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local record = {}
  for i = 1, #flat, 2 do record[flat[i]] = flat[i + 1] end
  return record
end

-- Calls and seats are written once, when the step settles, however often it changes them; nothing reads them past their caches.
local Unwritten = {}  -- key -> the fields that are new

local function put(key, record, changes)
  local fields = Unwritten[key] or {}
  for field, value in pairs(changes) do
    record[field] = tostring(value)
    fields[field] = value
  end
  Unwritten[key] = fields
end

local function forget(key)
  Unwritten[key] = nil
  redis.call('DEL', key)
end

local function write_all()
  for key, fields in pairs(Unwritten) do
    local flat = {}
    for field, value in pairs(fields) do
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
    redis.call('HSET', key, unpack(flat))
  end
  Unwritten = {}
end

local function sorted_members(name)  -- sorted, so that what follows is the same on every server
  local members = redis.call('SMEMBERS', P .. name)
  table.sort(members)
  return members
end

local function each(names)  -- over "a,b,c"
  return names:gmatch('[^,]+')
end

local function has(names, name)
  return (',' .. names .. ','):find(',' .. name .. ',', 1, true) ~= nil
end

local function has_sign(text, sign)
  return text:find(sign, 1, true) ~= nil
end

local function numbers_of(text)  -- "english:1,tax:3" -> {english = 1, tax = 3}
  local numbers = {}
  for name, number in text:gmatch('([^,:]+):(%d+)') do numbers[name] = tonumber(number) end
  return numbers
end

local function enough(held, wanted)  -- skills as numbers_of() gives them; wanted as text
  for skill, least in wanted:gmatch('([^,:]+):(%d+)') do
    if (held[skill] or 0) < tonumber(least) then return false end
  end
  return true
end

-- Hotline time. `now` follows the wall clock forward but never goes back: when the wall clock steps back, `now` goes on
-- from where it was and `ahead` keeps the difference. All of live state is in hotline time; facts carry wall time.
--
-- An engine that lives takes a step every second. So where the last one is LONGEST_GAP past, the clock was set forward (or
-- nobody lived, and nothing was done about anything): that is no time that passed for leases, wrap-ups and waits. It counts
-- for GAP_COUNTS: less than an engine that lives is believed, and than a lease has beyond its ring.
local Time = {}
local LONGEST_GAP, GAP_COUNTS = 10000, 3000

function Time.wall()  -- and whether it was given, as in a simulation, where it is believed
  local given = tonumber(ARGV[1])
  if given then return given, true end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000), false
end

function Time.begin()
  local wall, given = Time.wall()
  local stored = redis.call('HMGET', P .. 'clock', 'last', 'ahead')
  local last, ahead = tonumber(stored[1]), tonumber(stored[2]) or 0
  local now = wall + ahead
  if last and now < last then
    now, ahead = last, last - wall
  elseif last and not given and now - last > LONGEST_GAP then
    now, ahead = last + GAP_COUNTS, last + GAP_COUNTS - wall
  end
  if now ~= last or ahead ~= tonumber(stored[2]) then redis.call('HSET', P .. 'clock', 'last', now, 'ahead', ahead) end
  return now, ahead
end

local now, ahead = Time.begin()
local own = tonumber(ARGV[2]) - now  -- hotline time + own = the asking engine's time

function Time.taken(engine_ms)  -- a past moment of the asking engine's clock, in hotline time
  return math.min(now, engine_ms - own)
end

local DAY = 24 * 3600 * 1000
local local_now = now - ahead + tonumber(ARGV[5])  -- the hotline's local time

function Time.today()
  return tostring(math.floor(local_now / DAY))
end

function Time.midnight()  -- the next one, in hotline time
  return now + DAY - local_now % DAY
end

local Timer = {}

function Timer.set(name, due)
  redis.call('ZADD', P .. 'timers', due, name)
end

function Timer.clear(name)
  redis.call('ZREM', P .. 'timers', name)
end

local Fact = {}

function Fact.add(document)
  redis.call('XADD', P .. 'events', '*', 'document', document)
end

function Fact.given()
  for i = 7, #ARGV do Fact.add(ARGV[i]) end
end

function Fact.decided(kind, call_id, fields)
  fields.kind, fields.call_id, fields.at = kind, call_id, now - ahead
  Fact.add(cjson.encode(fields))
end

-- What the step did to seats, for the engine's log: {seat, before, now, why}.
local Board = {changes = {}}

function Board.note(seat_id, before, now_is, why)
  Board.changes[#Board.changes + 1] = {seat_id, before, now_is, why}
end

-- What other engines, or other coroutines of this one, must hear of. Said at the end, once it is known what came of it.
local Tell = {offers = {}, pokes = {}}

function Tell.poke(call)
  Tell.pokes[call.call_id] = call.engine
end

function Tell.say(engine, message)
  redis.call('PUBLISH', P .. 'engine:' .. engine, cjson.encode(message))
end

function Tell.everybody(happening)  -- who follows the stream of the API; it is of no call, and no fact of the records
  happening.at = now - ahead
  redis.call('PUBLISH', P .. 'told', cjson.encode(happening))
end

function Tell.all(own_call)  -- returns the offer made for `own_call`, which the step returns instead
  local returned
  for _, made in ipairs(Tell.offers) do
    local call, offer = made.call, made.offer
    if call.offer_id == offer.offer_id then  -- else it was withdrawn within this very step
      if call.call_id == own_call and call.engine == ENGINE then returned = offer else Tell.say(call.engine, {offer = offer}) end
      Tell.pokes[call.call_id] = nil
    end
  end
  for call_id, engine in pairs(Tell.pokes) do Tell.say(engine, {poke = call_id}) end
  return returned
end
