-- KEYS 1 lease
-- ARGV 1 holder, 2 fence
local grant = redis.call('HMGET', KEYS[1], 'holder', 'fence')
if grant[1] == ARGV[1] and grant[2] == ARGV[2] then
  redis.call('HDEL', KEYS[1], 'holder', 'end')
end
return {'ok', ''}
