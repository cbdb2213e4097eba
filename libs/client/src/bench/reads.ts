import type { Connection } from '../connect.js';
import { type LatencySummary, summaryOf } from '../quantiles.js';
import type { Corpus } from './corpus.js';
import { integerBelow, mulberry32 } from './random.js';

export interface ReadsOptions {
  readonly corpus: Corpus;
  /** Turns that were sent: the sessions that are read are theirs. */
  readonly turns: number;
  readonly samples: number;
  /** Reads of each kind before, of other users, that are not measured. */
  readonly warmUp: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

/** What an agent reads around a session, one call after the other. */
export interface ReadsResult {
  readonly initSession: LatencySummary;
  readonly buildContext: LatencySummary;
  readonly getSession: LatencySummary;
  /** What contexts came to, in the mean. */
  readonly contextTokens: number;
  readonly contextItems: number;
}

type Read = (of: { readonly userId: string; readonly session: string; readonly question: string }) => Promise<void>;

/** Starts of sessions, contexts and last turns, each of a user and session drawn by the share of turns. */
export async function measureReads({ retrieval }: Connection, options: ReadsOptions): Promise<ReadsResult> {
  let tokens = 0;
  let items = 0;
  let contexts = 0;
  const initSession: Read = async ({ userId, session }) => void (await retrieval.initSession({ userId, session }));
  const getSession: Read = async ({ userId, session }) => void (await retrieval.getSession({ userId, session }));
  const buildContext: Read = async ({ userId, session, question }) => {
    const answer = await retrieval.buildContext({ userId, session, question, filters: [], similarityMin: 0 });
    tokens += answer.cost?.tokens ?? 0;
    items += answer.items.length;
    contexts += 1;
  };
  return {
    initSession: await measured(initSession, options, 0),
    buildContext: await measured(buildContext, options, options.samples),
    getSession: await measured(getSession, options, 2 * options.samples),
    contextTokens: tokens / Math.max(1, contexts),
    contextItems: items / Math.max(1, contexts),
  };
}

async function measured(read: Read, options: ReadsOptions, doneBefore: number): Promise<LatencySummary> {
  const { corpus, turns, samples, warmUp, signal } = options;
  const random = mulberry32(options.seed);
  const latencies: number[] = [];
  for (let i = 0; i < warmUp + samples; i += 1) {
    signal?.throwIfAborted();
    const { userId, session } = corpus.turn(integerBelow(turns, random));
    const { question } = corpus.question(random);
    const startMs = performance.now();
    await read({ userId, session, question });
    if (i < warmUp) continue;
    latencies.push(performance.now() - startMs);
    options.onProgress(doneBefore + latencies.length);
  }
  return summaryOf(latencies);
}
