-- KEYS 6.. records
-- ARGV 4.. their names
for i = 6, #KEYS do
  local old = record(KEYS[i])
  if old and old.durable == '0' then write(KEYS[i], ARGV[i - 2], old, '0', nil) end
end
finish()
return {'ok', ''}
