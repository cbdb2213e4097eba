import { InvalidInput, LimitExceeded, offsetOf } from '@mneme/domain';

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?$/;
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');

/** When a turn was said, to the millisecond, and the offset in which its clock gave it. */
export interface OccurredAt {
  readonly epochMs: number;
  readonly zone: string;
}

/**
 * Reads an RFC 3339 instant that must carry an offset.
 * @throws InvalidInput for another form, a date that no calendar has, or no offset; LimitExceeded for a time too far
 * ahead of the clock.
 */
export function readOccurredAt(
  text: string,
  at: { readonly index: number; readonly nowMs: number; readonly clockAheadMsMax: number },
): OccurredAt {
  const { index } = at;
  const detail = { field: `turns[${index}].occurredAt`, index, sent: `text of ${text.length} characters` };
  const match = RFC_3339.exec(text);
  if (match === null) throw new InvalidInput('an RFC 3339 instant is expected, such as 2026-03-14T09:26:53Z', detail);
  if (match[7] === undefined) {
    throw new InvalidInput('a time without an offset is ambiguous: add Z or an offset such as +02:00', detail);
  }
  const epochMs = isReal(match) ? Date.parse(text.toUpperCase()) : NaN;
  if (!(epochMs >= FIRST_MS)) throw new InvalidInput('no calendar has this time', detail);
  const aheadMs = epochMs - at.nowMs;
  if (aheadMs > at.clockAheadMsMax) {
    const limit = `clockAheadMsMax=${at.clockAheadMsMax}`;
    throw new LimitExceeded('this time is ahead of the clock', { ...detail, limit, sent: `${aheadMs} ms ahead` });
  }
  return { epochMs, zone: offsetOf(text) };
}

// Date.parse rolls 30 February over to March.
function isReal(match: RegExpExecArray): boolean {
  const [, year, month, day, hour, minute, second, zone = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  if (zone.length === 6 && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(4)) > 59)) return false;
  return Number(day) >= 1 && Number(day) <= daysOf(Number(year), Number(month));
}

/** 0 for a month that there is not. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
