-- Gives the shard's epoch and the id of its newest write, '0' when there was none.
begin()
return {'ok', redis.call('HGET', meta, 'epoch') .. '/' .. (redis.call('HGET', meta, 'last') or '0')}
