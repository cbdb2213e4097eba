/** What a scope may read, and the newest of it. The tenant is in every key that these are given. */
export const READING = `
local function contains(list, wanted)
  for _, one in ipairs(list) do
    if one == wanted then return true end
  end
  return false
end

local function mayRead(scope, record)
  if not contains(scope.audiences, record.audience) then return false end
  return record.department == '-' or contains(scope.departmentIds, record.department)
end

local function isReadable(scope)
  return function(record) return record.trust >= scope.minTrust and mayRead(scope, record) end
end

local TURNS_AT_ONCE = 50

-- Newest first.
local function lastBodies(keys, limit, isWanted)
  local ids, from = {}, 0
  while #ids < limit do
    local entries = redis.call('ZREVRANGE', keys.turns, from, from + TURNS_AT_ONCE - 1)
    for _, entry in ipairs(entries) do
      local turn = turnOf(entry)
      if #ids < limit and isWanted(turn) then ids[#ids + 1] = turn.id end
    end
    if #entries < TURNS_AT_ONCE then break end
    from = from + TURNS_AT_ONCE
  end
  if #ids == 0 then return {} end
  return redis.call('HMGET', keys.bodies, unpack(ids))
end

local function newestDocument(keys, kind, isWanted)
  local newest
  local places = redis.call('HGETALL', keys.places)
  for at = 1, #places, 2 do
    if string.match(places[at], '^[^/]+') == kind then
      local document = documentOf(places[at + 1])
      if isWanted(document) and (newest == nil or document.revision > newest.revision) then
        newest = document
        newest.place = places[at]
      end
    end
  end
  return newest
end

local function bodyOf(keys, document)
  return document and redis.call('HGET', keys.documents, document.place)
end
`;
