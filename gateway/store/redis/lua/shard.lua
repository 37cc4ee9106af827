-- What every script that writes records begins with.
--
-- KEYS 1 meta, 2 feed, 3 index, 4 gone, 5 trail: see layout.go
-- ARGV 1 epoch for a shard that has none, 2 number of this call, 3 feed length

local meta, feed, index, gone, trail = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local call, length = ARGV[2], ARGV[3]
local place -- of the newest write in the feed, once a script has asked

local function whole(n) return string.format('%.0f', n) end

-- begin gives the shard an epoch if it has none, and finds the newest place.
local function begin()
  if redis.call('HSETNX', meta, 'epoch', ARGV[1]) == 1 then
    redis.call('HDEL', meta, 'last')
    redis.call('DEL', feed, gone, trail)
  end
  local last = redis.call('HGET', meta, 'last')
  place = last and tonumber(string.match(last, '^%d+')) or 0
end

-- record gives what is stored under a key; nil.
local function record(key)
  local value = redis.call('GET', key)
  if not value then return nil end
  local rev, durable, by, at = string.match(value, '^(%d+) ([01]) (%d+)\n()')
  return {rev = tonumber(rev), durable = durable, call = by, data = string.sub(value, at)}
end

-- removal gives what is known of a removed record; nil.
local function removal(name)
  local value = redis.call('HGET', gone, name)
  if not value then return nil end
  local rev, by = string.match(value, '^(%d+) (%d+)$')
  return {rev = tonumber(rev), call = by}
end

-- write puts a record, or removes it when data is nil, over what is known of it,
-- and appends to the feed. It returns the new revision.
local function write(key, name, known, durable, data)
  if not place then begin() end
  place = place + 1
  local rev = whole(known and known.rev + 1 or 1)
  local id = whole(place) .. '-' .. call
  if data then
    redis.call('SET', key, rev .. ' ' .. durable .. ' ' .. call .. '\n' .. data)
    redis.call('ZADD', index, 0, name)
    if redis.call('HDEL', gone, name) == 1 then redis.call('ZREM', trail, name) end
    redis.call('XADD', feed, 'MAXLEN', '~', length, id, 'k', name, 'r', rev, 'd', durable, 'v', data)
  else
    redis.call('DEL', key)
    redis.call('ZREM', index, name)
    redis.call('HSET', gone, name, rev .. ' ' .. call)
    redis.call('ZADD', trail, place, name)
    redis.call('XADD', feed, 'MAXLEN', '~', length, id, 'k', name, 'r', rev, 'd', '0')
  end
  redis.call('HSET', meta, 'last', id)
  return rev
end

-- finish forgets removals that the feed does not hold any more.
local function finish()
  if not place then return end
  local first = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
  local from = string.match(first[1], '^%d+')
  local names = redis.call('ZRANGEBYSCORE', trail, '-inf', '(' .. from, 'LIMIT', 0, 1000)
  if #names > 0 then
    redis.call('HDEL', gone, unpack(names))
    redis.call('ZREM', trail, unpack(names))
  end
end
