import type { Turn } from '@mneme/proto';
import type { Connection } from '../connect.js';
import { forEachOf } from '../pool.js';
import { type LatencySummary, summaryOf } from '../quantiles.js';
import { waitUntilCurrent } from '../wait-until-current.js';
import type { Corpus } from './corpus.js';

export interface LoadOptions {
  readonly corpus: Corpus;
  /** The first turn to send, and how many. */
  readonly from: number;
  readonly turns: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

export interface LoadResult {
  readonly turns: number;
  readonly batchTurns: number;
  readonly inFlight: number;
  /** Turns acknowledged as durable a second, from the first send to the last ack, the pipeline running beside it. */
  readonly acceptedPerSecond: number;
  readonly acceptSeconds: number;
  /** Turns a second from the first send until recalls see all of them. */
  readonly recallablePerSecond: number;
  readonly recallableSeconds: number;
  readonly batchLatency: LatencySummary;
  readonly failedTurns: number;
}

export const BATCH_TURNS = 100;
export const BATCHES_IN_FLIGHT = 4;
const RECALLABLE_WAIT_MS_MAX = 2 * 3_600_000;
/** Each stream's last tokens, so that every partition is among them. */
const TOKENS_KEPT = 4 * BATCHES_IN_FLIGHT;

/** Sends turns in batches of 100, four at a time, then waits until all can be recalled. */
export async function load(connection: Connection, options: LoadOptions): Promise<LoadResult> {
  const { turns, signal } = options;
  const latencies: number[] = [];
  const tokens: string[] = [];
  const startMs = performance.now();
  let done = 0;
  await forEachOf(batchStarts(options), { concurrency: BATCHES_IN_FLIGHT, signal }, async ({ from, count }) => {
    const sentMs = performance.now();
    const answer = await connection.ingest.ingestTurns({ turns: turnsOf(options.corpus, from, count) });
    latencies.push(performance.now() - sentMs);
    tokens.push(answer.token);
    if (tokens.length > TOKENS_KEPT) tokens.shift();
    options.onProgress((done += count));
  });
  const acceptSeconds = (performance.now() - startMs) / 1000;
  const failedTurns = await waitForAll(connection, tokens);
  const recallableSeconds = (performance.now() - startMs) / 1000;
  return {
    turns,
    batchTurns: BATCH_TURNS,
    inFlight: BATCHES_IN_FLIGHT,
    acceptedPerSecond: turns / acceptSeconds,
    acceptSeconds,
    recallablePerSecond: turns / recallableSeconds,
    recallableSeconds,
    batchLatency: summaryOf(latencies),
    failedTurns,
  };
}

/** One turn a call, one call after the other, each durable before the next. */
export async function singleTurns(connection: Connection, options: LoadOptions): Promise<LatencySummary> {
  const latencies: number[] = [];
  let token = '';
  for (let i = 0; i < options.turns; i += 1) {
    options.signal?.throwIfAborted();
    const request = { turns: turnsOf(options.corpus, options.from + i, 1) };
    const sentMs = performance.now();
    ({ token } = await connection.ingest.ingestTurns(request));
    latencies.push(performance.now() - sentMs);
    options.onProgress(i + 1);
  }
  await waitForAll(connection, [token]);
  return summaryOf(latencies);
}

export function turnsOf(corpus: Corpus, from: number, count: number): Turn[] {
  return Array.from({ length: count }, (_, i) => ({
    ...corpus.turn(from + i),
    role: 'user',
    toolCalls: [],
    idempotencyKey: `turn-${from + i}`,
  }));
}

/** How many turns of these tokens failed on their way. */
export async function waitForAll(connection: Connection, tokens: readonly string[]): Promise<number> {
  const failed = new Set<string>();
  for (const token of tokens) {
    const ids = await waitUntilCurrent(connection, { token, waitMsMax: RECALLABLE_WAIT_MS_MAX });
    for (const id of ids) failed.add(id);
  }
  return failed.size;
}

function* batchStarts({ from, turns }: LoadOptions): Generator<{ readonly from: number; readonly count: number }> {
  for (let start = 0; start < turns; start += BATCH_TURNS) {
    yield { from: from + start, count: Math.min(BATCH_TURNS, turns - start) };
  }
}
