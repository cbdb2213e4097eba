import { scriptOf } from '../script.js';
import { KEEPING } from './keeping.js';
import { LAYOUT } from './layout.js';
import { READING } from './reading.js';

/** Turns of one session: id, entry and body of each, after the first argument. What is below the fence is passed over. */
export const APPEND_TURNS = scriptOf(
  'adds',
  LAYOUT,
  KEEPING,
  `
local keys, fence, added = sessionKeys(given.tenant, given.session), fenceOf(given), 0
for at = 2, #ARGV, 3 do
  local turnId, entry, body = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if turnOf(entry).epoch >= fence and redis.call('HSETNX', keys.bodies, turnId, body) == 1 then
    redis.call('ZADD', keys.turns, 0, entry)
    added = added + 1
  end
end
if added == 0 then return 0 end
local excess = redis.call('ZCARD', keys.turns) - given.turnsMax
if excess > 0 then
  for _, entry in ipairs(redis.call('ZRANGE', keys.turns, 0, excess - 1)) do
    redis.call('HDEL', keys.bodies, turnOf(entry).id)
  end
  redis.call('ZREMRANGEBYRANK', keys.turns, 0, excess - 1)
end
redis.call('ZADD', OPEN, 'GT', given.nowMs, memberOf(given))
keep(given, given.nowMs, given.ttlMs)
return added
`,
);

export const LAST_TURNS = scriptOf(
  'reads',
  LAYOUT,
  READING,
  `
return lastBodies(sessionKeys(given.tenant, given.session), given.limit, isReadable(given.scope))
`,
);

export const TURNS_OF_SUBJECT = scriptOf(
  'reads',
  LAYOUT,
  READING,
  `
local function isOwn(turn) return turn.subject == given.subject end
return lastBodies(sessionKeys(given.tenant, given.session), given.limit, isOwn)
`,
);
