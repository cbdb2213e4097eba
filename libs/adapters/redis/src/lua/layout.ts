/**
 * Where things stand, for all scripts. `KEYS[1]` is the root of a shard, in a hash tag of its own: every key is made from
 * it here, so that whatever a script reaches lies in one slot. Members and fields hold ids alone, never text.
 *
 * - `uses`: sorted set of sessions by their last use; `open`: those whose end was not noted, by their last append
 * - `subject:…`: sorted set of a subject's sessions, in the order of their keys; `fence:…`: least epoch that may write
 * - `session:…:turns`: entries in order; `:bodies`: turns as they came, by id
 * - `session:…:places`: what is compared of each document; `:documents`: the documents as they came, by place
 * - `token:…`: the session and place of a hand-off
 */
export const LAYOUT = `
local root = KEYS[1]
local given = cjson.decode(ARGV[1])
local USES, OPEN = root .. 'uses', root .. 'open'

local function sessionKeys(tenant, session)
  local own = root .. 'session:' .. tenant .. ':' .. session .. ':'
  return { turns = own .. 'turns', bodies = own .. 'bodies', places = own .. 'places', documents = own .. 'documents' }
end

local function subjectKey(tenant, subject)
  return root .. 'subject:' .. tenant .. ':' .. subject
end

local function fenceKey(tenant, subject)
  return root .. 'fence:' .. tenant .. ':' .. subject
end

local function tokenKey(tenant, token)
  return root .. 'token:' .. tenant .. ':' .. token
end

local function memberOf(session)
  return session.tenant .. '/' .. session.subject .. '/' .. session.session
end

local function sessionOf(member)
  local tenant, subject, session = string.match(member, '^([^/]+)/([^/]+)/([^/]+)$')
  return { tenant = tenant, subject = subject, session = session }
end

local function fenceOf(session)
  return tonumber(redis.call('GET', fenceKey(session.tenant, session.subject)) or 0)
end

local function turnOf(entry)
  local order, epoch, trust, subject, audience, department = string.match(entry, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  return {
    id = string.sub(order, 33), epoch = tonumber(epoch), trust = tonumber(trust),
    subject = subject, audience = audience, department = department,
  }
end

local function documentOf(entry)
  local revision, epoch, trust, subject, audience, department, token, expiresAt =
    string.match(entry, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  return {
    revision = tonumber(revision), epoch = tonumber(epoch), trust = tonumber(trust),
    subject = subject, audience = audience, department = department, token = token, expiresAt = tonumber(expiresAt),
  }
end
`;
