import { scriptOf } from '../script.js';
import { KEEPING } from './keeping.js';
import { LAYOUT } from './layout.js';

const NEXT_SESSIONS = `
local after = given.after and '(' .. given.after or '-'
local sessions =
  redis.call('ZRANGEBYLEX', subjectKey(given.tenant, given.subject), after, '+', 'LIMIT', 0, given.sessionsMax)
`;

/**
 * Counts or sweeps some of a subject's sessions, in the order of their keys: `{ records, key of the last session }`, an
 * empty key at the end. An erasure raises the fence first, so that no write comes between two calls of it.
 */
export const SWEEP_SUBJECT = scriptOf(
  'frees',
  LAYOUT,
  KEEPING,
  NEXT_SESSIONS,
  `
if given.isErasure and fenceOf(given) < given.below then
  redis.call('SET', fenceKey(given.tenant, given.subject), given.below, 'PX', given.ttlMs)
end
local wanted = { below = given.below }
if given.sources then
  wanted.sources = {}
  for _, source in ipairs(given.sources) do wanted.sources[source] = true end
end
local records = 0
for _, session in ipairs(sessions) do
  local own = { tenant = given.tenant, subject = given.subject, session = session }
  records = records + sweep(own, wanted, given.isDryRun)
end
return { records, #sessions == given.sessionsMax and sessions[#sessions] or '' }
`,
);

/** `{ key of the last session, …ids }`. */
export const PROBE_SUBJECT = scriptOf(
  'reads',
  LAYOUT,
  NEXT_SESSIONS,
  `
local answer = { #sessions == given.sessionsMax and sessions[#sessions] or '' }
local function add(session, id)
  if #answer <= given.limit then answer[#answer + 1] = session .. '/' .. id end
end
for _, session in ipairs(sessions) do
  local keys = sessionKeys(given.tenant, session)
  for _, entry in ipairs(redis.call('ZRANGE', keys.turns, 0, -1)) do
    local turn = turnOf(entry)
    if turn.subject == given.subject then add(session, turn.id) end
  end
  local places = redis.call('HGETALL', keys.places)
  for at = 1, #places, 2 do
    if documentOf(places[at + 1]).subject == given.subject then add(session, places[at]) end
  end
end
return answer
`,
);

/** 1 for each id that is there, 0 for the others. A document's id has a kind in it, a turn's has none. */
export const FIND_IDS = scriptOf(
  'reads',
  LAYOUT,
  `
local answer = {}
for at, id in ipairs(given.ids) do
  local keys = sessionKeys(given.tenant, id.session)
  answer[at] = redis.call('HEXISTS', id.isPlace and keys.places or keys.bodies, id.own)
end
return answer
`,
);

/** Drops sessions by their last use; answers how many. */
export const EXPIRE_SESSIONS = scriptOf(
  'frees',
  LAYOUT,
  KEEPING,
  `
local members = redis.call('ZRANGEBYSCORE', USES, '-inf', '(' .. string.format('%.0f', given.beforeMs), 'LIMIT', 0, given.sessionsMax)
for _, member in ipairs(members) do
  sweep(sessionOf(member), { below = math.huge }, false)
  forgetSession(sessionOf(member))
end
return #members
`,
);
