-- KEYS 6 lease, then the records
-- ARGV 4 holder, 5 fence, then of each record its name, '+' or '-', data
local grant = redis.call('HMGET', KEYS[6], 'holder', 'fence', 'end')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if grant[1] ~= ARGV[4] or grant[2] ~= ARGV[5] or now >= tonumber(grant[3]) then
  return {'fenced', ''}
end
for i = 7, #KEYS do
  local at = 6 + (i - 7) * 3
  local name, data = ARGV[at], ARGV[at + 1] == '+' and ARGV[at + 2] or nil
  local old = record(KEYS[i])
  if data then
    if not old then
      write(KEYS[i], name, removal(name), '0', data)
    elseif old.data ~= data then
      write(KEYS[i], name, old, old.durable, data)
    end
  elseif old then
    write(KEYS[i], name, old, old.durable, nil)
  end
end
finish()
return {'ok', ''}
