import type { Instant } from '@mneme/events';
import type { z } from 'zod';

/** RFC 3339 in UTC with milliseconds. */
export function instantOf(epochMs: number): z.infer<typeof Instant> {
  return new Date(epochMs).toISOString();
}

export function epochMsOf(instant: string): number {
  return Date.parse(instant);
}

/** The offset in which a time was given: `Z` or `+02:00`. */
export function offsetOf(instant: string): string {
  return /(?:[zZ]|[+-]\d{2}:\d{2})$/.exec(instant)?.[0].toUpperCase() ?? 'Z';
}
