import type { SourceClass } from '@mneme/events';

export const CONTEXT_PARTS = ['profile', 'fact', 'memory', 'turn'] as const;
export type ContextPartName = (typeof CONTEXT_PARTS)[number];

/** One thing that a context says; never cut in the middle. */
export interface ContextItem {
  readonly part: ContextPartName;
  /** Of the memory or the turn. */
  readonly id: string;
  readonly text: string;
  /** Who said it, by name or, for a turn without one, by role. */
  readonly by?: string | undefined;
  readonly source: SourceClass;
  readonly trust: number;
  readonly occurredAtMs: number;
  /** Whether a later statement has ended something that it says. */
  readonly superseded?: boolean;
  /** Turns behind it, so that one thing is not said twice. */
  readonly turnIds: readonly string[];
}

/** An item as it stands in the text: what the reader of the context gets to see of it. */
export interface RenderedItem {
  /** From 1, in the order of the text. */
  readonly n: number;
  readonly as: ContextPartName;
  readonly age: string;
  readonly source: SourceClass;
  readonly trust: number;
  readonly by?: string;
  /** It tells how things were. */
  readonly superseded?: true;
  readonly text: string;
}

export function renderedItemOf(item: ContextItem, n: number, nowMs: number): RenderedItem {
  const { part, source, trust, by, superseded, text, occurredAtMs } = item;
  const age = ageOf(nowMs - occurredAtMs);
  return {
    n,
    as: part,
    age,
    source,
    trust,
    ...(by === undefined || by === '' ? {} : { by }),
    ...(superseded === true ? { superseded } : {}),
    text,
  };
}

const UNITS = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `3 days`; what lies ahead, or not a minute back, is `now`. */
export function ageOf(elapsedMs: number): string {
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(elapsedMs / unitMs);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'now';
}
