import type { Leg } from '@mneme/proto';

export type LegName = 'dense' | 'lexical' | 'graph';

export interface LegAnswer<T> {
  readonly leg: Leg;
  /** Undefined when the leg failed or was late. */
  readonly found: T | undefined;
}

export interface LegOptions<T> {
  readonly name: LegName;
  readonly timeoutMs: number;
  /** How many of a finding the answer tells. */
  readonly countOf: (found: T) => number;
}

/**
 * Runs one leg against its deadline. A leg that fails or is late is named, and the others answer without it; its signal
 * is aborted, so that a server which is late is not waited for by anybody.
 */
export async function runLeg<T>(
  { name, timeoutMs, countOf }: LegOptions<T>,
  search: (signal: AbortSignal) => Promise<T>,
): Promise<LegAnswer<T>> {
  const startedMs = performance.now();
  const outcome = await withinDeadline(timeoutMs, search);
  const found = outcome.state === 'answered' ? outcome.value : undefined;
  const count = found === undefined ? 0 : countOf(found);
  return { leg: { name, state: outcome.state, found: count, tookMs: performance.now() - startedMs }, found };
}

export type Outcome<T> =
  | { readonly state: 'answered'; readonly value: T }
  | { readonly state: 'timed-out' | 'failed'; readonly error?: unknown };

/** Never rejects: what a call comes to within so many milliseconds. */
export async function withinDeadline<T>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome<T>>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'timed-out' }), timeoutMs);
  });
  const ended = (async () => call(abort.signal))().then(
    (value): Outcome<T> => ({ state: 'answered', value }),
    (error: unknown): Outcome<T> => ({ state: 'failed', error }),
  );
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  abort.abort();
  return outcome;
}
