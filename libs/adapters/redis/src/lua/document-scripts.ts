import { scriptOf } from '../script.js';
import { KEEPING } from './keeping.js';
import { LAYOUT } from './layout.js';
import { READING } from './reading.js';

/**
 * All writes or, when one is refused, none: `{ state, revision }`. Their bodies follow the first argument, in order. A
 * write without `isReplacing` asks for what it expects, and for an older revision than its own.
 */
export const WRITE_DOCUMENTS = scriptOf(
  'adds',
  LAYOUT,
  READING,
  KEEPING,
  `
local keys, fence = sessionKeys(given.tenant, given.session), fenceOf(given)

local function thereAt(place)
  local entry = redis.call('HGET', keys.places, place)
  return entry and documentOf(entry)
end

local function refusalOf(write, there)
  if fence > write.epoch or (there and there.epoch > write.epoch) then return { 'fenced', '0' } end
  if write.isReplacing then return nil end
  local isPresent = there and there.epoch == write.epoch
  if isPresent and write.writer and not mayRead(write.writer, there) then return { 'foreign', '0' } end
  local revision = isPresent and there.revision or 0
  local isExpected = write.expected == nil or write.expected == revision
  if isExpected and revision < write.revision then return nil end
  return { 'conflict', string.format('%.0f', revision) }
end

local added = 0
for _, write in ipairs(given.writes) do
  local there = thereAt(write.place)
  local refusal = refusalOf(write, there)
  if refusal then return refusal end
  if not there then added = added + 1 end
end
if added > 0 and redis.call('HLEN', keys.places) + added > given.documentsMax then return { 'full', '0' } end

for at, write in ipairs(given.writes) do
  local there = thereAt(write.place)
  if there then redis.call('DEL', tokenKey(given.tenant, there.token)) end
  redis.call('HSET', keys.places, write.place, write.entry)
  redis.call('HSET', keys.documents, write.place, ARGV[at + 1])
  if write.token then
    redis.call('SET', tokenKey(given.tenant, write.token), given.session .. ' ' .. write.place, 'PX', given.ttlMs)
  end
end
keep(given, given.nowMs, given.ttlMs)
return { 'written', '0' }
`,
);

export const GET_DOCUMENT = scriptOf(
  'frees',
  LAYOUT,
  READING,
  KEEPING,
  `
local keys = sessionKeys(given.tenant, given.session)
local document = newestDocument(keys, given.kind, isReadable(given.scope))
noteUse(document)
return bodyOf(keys, document)
`,
);

/** `{ task, handOff, …turns }`, the newest turn first. */
export const OPEN_SESSION = scriptOf(
  'frees',
  LAYOUT,
  READING,
  KEEPING,
  `
local keys, isOwn = sessionKeys(given.tenant, given.session), isReadable(given.scope)
local function isInTime(document) return isOwn(document) and document.expiresAt > given.viewedAtMs end
local task = newestDocument(keys, 'task', isOwn)
local handOff = newestDocument(keys, 'hand-off', isInTime)
local answer = { bodyOf(keys, task) or false, bodyOf(keys, handOff) or false }
for _, body in ipairs(lastBodies(keys, given.limit, isOwn)) do answer[#answer + 1] = body end
noteUse(task or handOff)
return answer
`,
);

/** The place that stands with the token is a hint; what is there says whether it is still this token's. */
export const FIND_HAND_OFF = scriptOf(
  'reads',
  LAYOUT,
  READING,
  `
local session, place = string.match(redis.call('GET', tokenKey(given.tenant, given.token)) or '', '^(%S+) (%S+)$')
if not session then return false end
local keys = sessionKeys(given.tenant, session)
local entry = redis.call('HGET', keys.places, place)
local document = entry and documentOf(entry)
if not document or document.token ~= given.token or document.expiresAt <= given.viewedAtMs then return false end
if not isReadable(given.scope)(document) then return false end
return redis.call('HGET', keys.documents, place)
`,
);
