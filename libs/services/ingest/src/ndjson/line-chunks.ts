import type { RequestLine } from './request-lines.js';

export interface ChunkLimits {
  readonly linesMax: number;
  readonly bytesMax: number;
  /** How long the lines of a chunk wait for others. */
  readonly lingerMs: number;
}

const LINGERED = Symbol('lingered');

/** Gathers lines into chunks: full ones while lines come in fast, small ones at once when they come slowly. */
export async function* lineChunks(
  lines: AsyncIterator<RequestLine>,
  { linesMax, bytesMax, lingerMs }: ChunkLimits,
): AsyncGenerator<readonly RequestLine[]> {
  let chunk: RequestLine[] = [];
  let bytes = 0;
  const taken = () => {
    const full = chunk;
    chunk = [];
    bytes = 0;
    return full;
  };
  for (let next = lines.next(); ;) {
    const come = chunk.length === 0 ? await next : await orLinger(next, lingerMs);
    if (come === LINGERED) {
      yield taken();
      continue;
    }
    if (come.done === true) break;
    const line = come.value;
    if (chunk.length > 0 && bytes + line.length > bytesMax) yield taken();
    chunk.push(line);
    bytes += line.length;
    if (chunk.length >= linesMax) yield taken();
    next = lines.next();
  }
  if (chunk.length > 0) yield chunk;
}

/** What an iteration gives until its time is up; then what `late` makes of that is thrown, also while nothing comes. */
export async function* untilLate<T>(
  iterable: AsyncIterable<T>,
  { timeoutMs, late }: { readonly timeoutMs: number; readonly late: () => Error },
): AsyncGenerator<T> {
  const iterator = iterable[Symbol.asyncIterator]();
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const next = iterator.next();
    const come = await orLinger(next, Math.max(0, deadlineMs - performance.now()));
    if (come === LINGERED || performance.now() >= deadlineMs) {
      next.catch(() => undefined);
      throw late();
    }
    if (come.done === true) return;
    yield come.value;
  }
}

async function orLinger<T>(next: Promise<T>, lingerMs: number): Promise<T | typeof LINGERED> {
  let timer: NodeJS.Timeout | undefined;
  const lingered = new Promise<typeof LINGERED>((resolve) => {
    timer = setTimeout(() => resolve(LINGERED), lingerMs);
  });
  try {
    return await Promise.race([next, lingered]);
  } finally {
    clearTimeout(timer);
  }
}
