-- KEYS 1 lease
-- ARGV 1 holder, 2 time to live in milliseconds, 3 largest fence that the caller has seen
local lease, holder, ttl, seen = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local grant = redis.call('HMGET', lease, 'holder', 'fence', 'end')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local runs = grant[3] and now < tonumber(grant[3])
if runs and grant[1] ~= holder then
  return {'held', grant[1]}
end
local behind = tonumber(seen) > tonumber(grant[2] or '0')
if behind then redis.call('HSET', lease, 'fence', seen) end
if behind or not runs then redis.call('HINCRBY', lease, 'fence', 1) end
redis.call('HSET', lease, 'holder', holder, 'end', string.format('%.0f', now + ttl))
return {'ok', redis.call('HGET', lease, 'fence')}
