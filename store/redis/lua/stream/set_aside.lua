-- KEYS[1] the stream, KEYS[2] where to   ARGV 1 the group, 2 the entry, 3 the reason
--
-- An entry that is no fact is moved, with all its fields, so that it neither comes again nor is lost.
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if found then redis.call('XADD', KEYS[2], '*', 'entry', ARGV[2], 'reason', ARGV[3], unpack(found[2])) end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
return 1
