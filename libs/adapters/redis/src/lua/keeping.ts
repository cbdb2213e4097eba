/** How long a session is kept, and what goes with it. */
export const KEEPING = `
local function forgetSession(session)
  local member = memberOf(session)
  redis.call('ZREM', USES, member)
  redis.call('ZREM', OPEN, member)
  redis.call('ZREM', subjectKey(session.tenant, session.subject), session.session)
end

local STALE_AT_ONCE = 2

-- The engine drops sessions by itself; their places in the indexes go a few at a time, with the writes of others.
local function forgetStale()
  for _, member in ipairs(redis.call('ZRANGE', USES, 0, STALE_AT_ONCE - 1)) do
    local session = sessionOf(member)
    local keys = sessionKeys(session.tenant, session.session)
    if redis.call('EXISTS', keys.turns, keys.places) == 0 then forgetSession(session) end
  end
end

local function keep(session, nowMs, ttlMs)
  local keys = sessionKeys(session.tenant, session.session)
  local subject = subjectKey(session.tenant, session.subject)
  redis.call('ZADD', USES, 'GT', nowMs, memberOf(session))
  redis.call('ZADD', subject, 0, session.session)
  for _, key in ipairs({ USES, OPEN, subject, keys.turns, keys.bodies, keys.places, keys.documents }) do
    redis.call('PEXPIRE', key, ttlMs)
  end
  forgetStale()
end

-- Reads would write all the time: a use is noted once in a while.
local function noteUse(document)
  if not document then return end
  local session = { tenant = given.tenant, subject = document.subject, session = given.session }
  local used = redis.call('ZSCORE', USES, memberOf(session))
  if used and tonumber(used) < given.nowMs - given.unnotedMs then keep(session, given.nowMs, given.ttlMs) end
end

-- Turns and documents of the session's subject that are swept: below an epoch, of these sources, or all.
local function sweep(session, wanted, isDryRun)
  local keys = sessionKeys(session.tenant, session.session)
  local function isSwept(record, source)
    if record.subject ~= session.subject or record.epoch >= wanted.below then return false end
    return wanted.sources == nil or wanted.sources[source] == true
  end
  local swept, turnsLeft, documentsLeft = 0, 0, 0
  for _, entry in ipairs(redis.call('ZRANGE', keys.turns, 0, -1)) do
    local turn = turnOf(entry)
    if isSwept(turn, turn.id) then
      swept = swept + 1
      if not isDryRun then
        redis.call('ZREM', keys.turns, entry)
        redis.call('HDEL', keys.bodies, turn.id)
      end
    elseif turn.subject == session.subject then
      turnsLeft = turnsLeft + 1
    end
  end
  local places = redis.call('HGETALL', keys.places)
  for at = 1, #places, 2 do
    local document = documentOf(places[at + 1])
    if isSwept(document, session.session) then
      swept = swept + 1
      if not isDryRun then
        redis.call('HDEL', keys.places, places[at])
        redis.call('HDEL', keys.documents, places[at])
        redis.call('DEL', tokenKey(session.tenant, document.token))
      end
    elseif document.subject == session.subject then
      documentsLeft = documentsLeft + 1
    end
  end
  if not isDryRun and turnsLeft == 0 then
    redis.call('ZREM', OPEN, memberOf(session))
    if documentsLeft == 0 then forgetSession(session) end
  end
  return swept
end
`;
