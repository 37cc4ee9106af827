-- store.Bucket for all gateways, by the clock of Redis; see there. Times are in
-- microseconds.
--
-- KEYS 1 budget
-- ARGV 1 calls a second, 2 burst, 3 longest wait or pause, 4 least share of the
-- rate, 5 recovery, 6 how long complaints are one, 7 'take' or 'slow'
local key, rate, burst = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local given, least, recovery, one = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local was = redis.call('HMGET', key, 'debt', 'at', 'cut', 'slowed', 'pause')
local debt, cut, pause = tonumber(was[1] or 0), tonumber(was[3] or 0), tonumber(was[5] or 0)
local at, slowed = math.min(now, tonumber(was[2] or 0)), math.min(now, tonumber(was[4] or 0))

local left = math.max(0, cut - (now - slowed) / recovery)
rate = rate * (1 - left) / 1000000
debt = math.max(0, debt - rate * math.max(0, now - math.max(at, slowed + pause)))
local hold = math.max(0, slowed + pause - now)

local wait = 0
if ARGV[7] == 'take' then
  wait = hold + math.max(0, debt + 1 - burst) / rate
  if wait <= given then debt = debt + 1 end
elseif now - slowed < one then
  pause = math.max(pause, now - slowed + given)
else
  cut, slowed, pause = 1 - math.max((1 - left) / 2, least), now, math.max(given, hold)
  debt = math.max(debt, burst)
end
local function text(n) return string.format('%.6f', n) end
redis.call('HSET', key, 'debt', text(debt), 'at', text(now), 'cut', text(cut), 'slowed', text(slowed), 'pause', text(pause))
-- When all has come back there is nothing to remember.
local empty = math.max(slowed + pause, now) - now + recovery + debt / rate
redis.call('PEXPIRE', key, string.format('%.0f', math.min(empty / 1000 + 1000, 2 ^ 52)))
return {'ok', string.format('%.0f', wait)}
