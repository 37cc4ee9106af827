-- KEYS 6 record
-- ARGV 4 name, 5 wanted revision, 6 durable, 7 '+' or '-', 8 data
local name, wanted = ARGV[4], tonumber(ARGV[5])
local old = record(KEYS[6])
local known = old or removal(name)
if known and known.call == call then
  return {'ok', whole(known.rev)} -- this call again, after its answer was lost
end
local has = old and old.rev or 0
if has ~= wanted or (not old and ARGV[7] == '-') then
  return {'revision', whole(has)}
end
local rev = write(KEYS[6], name, known, ARGV[6], ARGV[7] == '+' and ARGV[8] or nil)
finish()
return {'ok', rev}
