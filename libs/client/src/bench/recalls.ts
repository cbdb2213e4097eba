import type { Connection } from '../connect.js';
import { forEachOf } from '../pool.js';
import { type LatencySummary, summaryOf } from '../quantiles.js';
import type { Corpus, CorpusQuestion } from './corpus.js';
import { mulberry32 } from './random.js';

export interface RecallOptions {
  readonly corpus: Corpus;
  readonly concurrency: number;
  readonly samples: number;
  /** Recalls made before, of other questions, and not measured. */
  readonly warmUp: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

export interface RecallResult extends LatencySummary {
  readonly concurrency: number;
  readonly warmUp: number;
  readonly perSecond: number;
  /** Recalls whose best hit holds the words of the question. */
  readonly foundShare: number;
}

export const RECALL_LIMIT = 10;
/** A row ends by then with the samples it has: a slow service must not grow without end under ingest. */
const ROW_MS_MAX = 180_000;

/** Recalls with the threshold off, ten hits each; the same seed asks the same questions. */
export async function measureRecalls(connection: Connection, options: RecallOptions): Promise<RecallResult> {
  const { corpus, concurrency, samples, warmUp, signal } = options;
  const random = mulberry32(options.seed);
  const questions = Array.from({ length: warmUp + samples }, () => corpus.question(random));
  const pool = { concurrency, signal };
  await forEachOf(questions.slice(0, warmUp), pool, async (question) => void (await ask(connection, question)));
  const latencies: number[] = [];
  let found = 0;
  const startMs = performance.now();
  await forEachOf(untilMs(questions.slice(warmUp), startMs + ROW_MS_MAX), pool, async (question) => {
    const { tookMs, text } = await ask(connection, question);
    latencies.push(tookMs);
    if (text.includes(question.question)) found += 1;
    options.onProgress(latencies.length);
  });
  const perSecond = latencies.length / ((performance.now() - startMs) / 1000);
  return { ...summaryOf(latencies), concurrency, warmUp, perSecond, foundShare: found / Math.max(1, latencies.length) };
}

function* untilMs<T>(items: readonly T[], endMs: number): Generator<T, void> {
  for (const item of items) {
    if (performance.now() >= endMs) return;
    yield item;
  }
}

/** The first recall of each of some users, before anything of theirs can have been held in memory by a read. */
export async function measureFirstTouches(
  connection: Connection,
  options: Pick<RecallOptions, 'corpus' | 'samples' | 'seed' | 'signal'>,
): Promise<LatencySummary> {
  const latencies: number[] = [];
  for (const question of distinctUsers(options)) {
    options.signal?.throwIfAborted();
    latencies.push((await ask(connection, question)).tookMs);
  }
  return summaryOf(latencies);
}

function distinctUsers(options: Pick<RecallOptions, 'corpus' | 'samples' | 'seed'>): readonly CorpusQuestion[] {
  const random = mulberry32(options.seed);
  const byUser = new Map<string, CorpusQuestion>();
  const drawsMax = options.samples * 20;
  for (let draw = 0; draw < drawsMax && byUser.size < options.samples; draw += 1) {
    const question = options.corpus.question(random);
    if (!byUser.has(question.userId)) byUser.set(question.userId, question);
  }
  return [...byUser.values()];
}

async function ask(connection: Connection, { userId, question }: CorpusQuestion) {
  const request = { question, userId, limit: RECALL_LIMIT, filters: [], similarityMin: 0 };
  const startMs = performance.now();
  const answer = await connection.retrieval.recall(request);
  return { tookMs: performance.now() - startMs, text: answer.hits[0]?.memory?.text ?? '' };
}
