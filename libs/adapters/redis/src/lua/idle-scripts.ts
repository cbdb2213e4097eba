import { scriptOf } from '../script.js';
import { LAYOUT } from './layout.js';

/**
 * Open sessions by their last append, after a place that may not be there any more: `member, append, member, …`. Many may
 * have come in the same millisecond, so the place among them is found by halving.
 */
export const IDLE_SESSIONS = scriptOf(
  'reads',
  LAYOUT,
  `
local function firstAfter(ms, member)
  local low, high = redis.call('ZCOUNT', OPEN, '-inf', '(' .. ms), redis.call('ZCOUNT', OPEN, '-inf', ms)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', OPEN, middle, middle)[1] <= member then low = middle + 1 else high = middle end
  end
  return low
end
local first = given.after and firstAfter(string.format('%.0f', given.after.ms), given.after.member) or 0
local over = redis.call('ZCOUNT', OPEN, '-inf', '(' .. string.format('%.0f', given.beforeMs))
local last = math.min(first + given.sessionsMax, over) - 1
if last < first then return {} end
return redis.call('ZRANGE', OPEN, first, last, 'WITHSCORES')
`,
);

/** Only as it was found: a session that went on has another last append. */
export const NOTE_ENDED = scriptOf(
  'frees',
  LAYOUT,
  `
local member = memberOf(given)
local last = redis.call('ZSCORE', OPEN, member)
if last and tonumber(last) == given.lastAppendMs then redis.call('ZREM', OPEN, member) end
return 0
`,
);
