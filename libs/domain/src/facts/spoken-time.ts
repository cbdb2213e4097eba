import { casual } from 'chrono-node/en';
import { epochMsOf, instantOf } from '../time.js';
import type { StatementContext } from './stated-fact.js';

const TEXT_CHARS_MAX = 160;
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;
// A cheap look before the parser: what names no day, month, number or distance in time is not read for one.
const MENTIONS_TIME =
  /\d|day|tomorrow|tonight|week|month|year|noon|midnight|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/** A time as it was said: where it stands in the text, its first instant, and whether hours or a day were named. */
export interface SpokenTime {
  readonly at: number;
  readonly end: number;
  readonly instant: string;
  readonly isToTheMinute: boolean;
  readonly isToTheDay: boolean;
  /** The local day, `2026-03-13`. */
  readonly day: string;
}

/** Which of two readings is meant by "Monday" or "March": the one before the turn, or the one after. */
export type Direction = 'past' | 'future';

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * The first time in a text, resolved against the turn's own time and offset. A day that no calendar has, "31 February",
 * is no time; a month or a year stands for its first instant.
 */
export function timeIn(text: string, context: StatementContext, direction: Direction): SpokenTime | undefined {
  const clipped = text.slice(0, TEXT_CHARS_MAX);
  if (!MENTIONS_TIME.test(clipped)) return undefined;
  const offsetMinutes = offsetMinutesOf(context.zone);
  const now = epochMsOf(context.occurredAt);
  if (Number.isNaN(now)) return undefined;
  const reference = { instant: new Date(now), timezone: offsetMinutes };
  const [result] = casual.parse(clipped, reference, { forwardDate: direction === 'future' });
  if (result === undefined) return yearIn(clipped, offsetMinutes);
  const { start } = result;
  const isToTheMinute = start.isCertain('hour');
  const isToTheDay = isToTheMinute || start.isCertain('day') || start.isCertain('weekday');
  if (!isToTheDay && !start.isCertain('month') && !start.isCertain('year')) return undefined;
  const hasMonth = isToTheDay || start.isCertain('month');
  const said = {
    year: start.get('year') ?? YEAR_MIN,
    month: hasMonth ? (start.get('month') ?? 1) : 1,
    day: isToTheDay ? (start.get('day') ?? 1) : 1,
    hour: isToTheMinute ? (start.get('hour') ?? 0) : 0,
    minute: isToTheMinute ? (start.get('minute') ?? 0) : 0,
  };
  const inPast = direction === 'past' && epochOf(said, offsetMinutes) > now;
  const parts = inPast && !start.isCertain('year') ? earlier(said, start.isCertain('weekday')) : said;
  if (parts.year < YEAR_MIN || parts.year > YEAR_MAX) return undefined;
  return {
    at: result.index,
    end: result.index + result.text.length,
    instant: instantOf(epochOf(parts, offsetMinutes)),
    isToTheMinute,
    isToTheDay,
    day: new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).toISOString().slice(0, 10),
  };
}

/** The parser takes no year that stands alone. */
function yearIn(text: string, offsetMinutes: number): SpokenTime | undefined {
  const match = /(?:^|\s)((?:19|20|21)\d{2})(?![\d.,:/-]*\d)/.exec(text);
  if (match === null || match[1] === undefined) return undefined;
  if (
    /\d{1,2}[./-]?\s*$|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\.?,?\s*$/iu.test(
      text.slice(0, match.index),
    )
  )
    return undefined;
  const parts = { year: Number(match[1]), month: 1, day: 1, hour: 0, minute: 0 };
  const instant = instantOf(epochOf(parts, offsetMinutes));
  const end = match.index + match[0].length;
  return { at: match.index, end, instant, isToTheMinute: false, isToTheDay: false, day: `${match[1]}-01-01` };
}

function earlier(parts: Parts, byWeek: boolean): Parts {
  if (!byWeek) return { ...parts, year: parts.year - 1 };
  const day = new Date(Date.UTC(parts.year, parts.month - 1, parts.day - 7));
  return { ...parts, year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() };
}

function epochOf({ year, month, day, hour, minute }: Parts, offsetMinutes: number): number {
  return Date.UTC(year, month - 1, day, hour, minute) - offsetMinutes * 60_000;
}

function offsetMinutesOf(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):(\d{2})$/.exec(zone ?? '');
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

/** When a fact holds: "since 2019", "until Monday", "from 2015 to 2018", and for an event the time at which it came. */
export interface Validity {
  readonly validFrom?: string;
  readonly validTo?: string;
}

const SINCE = { word: /\b(?:since|starting|as of|effective)\s+/i, direction: 'past' } as const;
const UNTIL = { word: /\b(?:until|till|through|up to)\s+/i, direction: 'future' } as const;
const RANGE = /\bfrom\s+((?:19|20)\d{2})\s+(?:to|until|till|through|-)\s+((?:19|20)\d{2})\b/i;

export function validityOf(text: string, context: StatementContext, event: 'begins' | 'ends' | 'none'): Validity {
  const range = RANGE.exec(text);
  if (range !== null) {
    const validFrom = timeIn(range[1] ?? '', context, 'past')?.instant;
    const validTo = timeIn(range[2] ?? '', context, 'past')?.instant;
    return validFrom !== undefined && validTo !== undefined && validFrom < validTo ? { validFrom, validTo } : {};
  }
  const validFrom = after(SINCE, text, context);
  const validTo = after(UNTIL, text, context);
  if (validFrom !== undefined || validTo !== undefined) return ordered(validFrom, validTo);
  if (event === 'none') return {};
  const came = timeIn(text, context, 'past')?.instant;
  if (came === undefined || came > context.occurredAt) return {};
  return event === 'begins' ? { validFrom: came } : { validTo: came };
}

function after(mark: typeof SINCE | typeof UNTIL, text: string, context: StatementContext): string | undefined {
  const match = mark.word.exec(text);
  if (match === null) return undefined;
  const time = timeIn(text.slice(match.index + match[0].length), context, mark.direction);
  return time === undefined || time.at > 4 ? undefined : time.instant;
}

function ordered(validFrom: string | undefined, validTo: string | undefined): Validity {
  if (validFrom !== undefined && validTo !== undefined && validFrom >= validTo) return { validFrom };
  return { ...(validFrom === undefined ? {} : { validFrom }), ...(validTo === undefined ? {} : { validTo }) };
}
