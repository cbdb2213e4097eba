import type { RecallResponse } from '@mneme/proto';
import type { Connection } from '../connect.js';
import { forEachOf } from '../pool.js';
import { type LatencySummary, summaryOf } from '../quantiles.js';
import type { Question } from './dataset.js';
import { type Judged, type MetricRow, metricRows } from './metrics.js';
import { diaIdsOf, type SentConversation } from './send-conversations.js';

/** Every question asked once, one way. */
export interface Pass {
  /** What the row is: `threshold off` or `default policy`. */
  readonly name: string;
  readonly rows: readonly MetricRow[];
  /** Of the first ten memories of an answer, at four characters a token: an estimate. */
  readonly tokensPerAnswer: number;
  readonly hitsPerAnswer: number;
  /** As the client sees it, one question after the other. */
  readonly latency: LatencySummary;
}

export interface PassOptions {
  readonly name: string;
  /** 0: the threshold is off; absent: the policy's. */
  readonly similarityMin?: number;
  readonly sent: ReadonlyMap<string, SentConversation>;
  readonly signal?: AbortSignal | undefined;
  readonly onQuestion: () => void;
}

export type Rankings = ReadonlyMap<string, readonly string[]>;

const HITS = 50;
const ANSWER_HITS = 10;
const CHARS_PER_TOKEN = 4;
const CONCURRENCY = 1;
const WARM_UP_QUESTIONS = 20;

/** Asks the first questions once without measuring, then all of them. */
export async function askQuestions(
  connection: Connection,
  questions: readonly Question[],
  options: PassOptions,
): Promise<{ readonly pass: Pass; readonly rankings: Rankings }> {
  const rankings = new Map<string, readonly string[]>();
  const latencies: number[] = [];
  let characters = 0;
  let hits = 0;
  const pool = { concurrency: CONCURRENCY, signal: options.signal };
  for (const question of questions.slice(0, WARM_UP_QUESTIONS)) await ask(connection, question, options);
  await forEachOf(questions, pool, async (question) => {
    const startMs = performance.now();
    const answer = await ask(connection, question, options);
    latencies.push(performance.now() - startMs);
    const memories = answer.hits.flatMap((hit) => hit.memory ?? []);
    rankings.set(question.qid, diaIdsOf(memories, options.sent.get(question.sampleId)?.diaIds ?? new Map()));
    characters += memories.slice(0, ANSWER_HITS).reduce((sum, { text }) => sum + text.length, 0);
    hits += memories.length;
    options.onQuestion();
  });
  const pass: Pass = {
    name: options.name,
    rows: metricRows(judgedOf(questions, rankings)),
    tokensPerAnswer: characters / CHARS_PER_TOKEN / questions.length,
    hitsPerAnswer: hits / questions.length,
    latency: summaryOf(latencies),
  };
  return { pass, rankings };
}

function ask(connection: Connection, question: Question, options: PassOptions): Promise<RecallResponse> {
  const now = options.sent.get(question.sampleId)?.now;
  return connection.retrieval.recall({
    question: question.question,
    userId: question.sampleId,
    limit: HITS,
    filters: [],
    ...(options.similarityMin === undefined ? {} : { similarityMin: options.similarityMin }),
    ...(now === undefined ? {} : { now }),
  });
}

/** Questions without evidence have no right answer to find, and are left out. */
function judgedOf(questions: readonly Question[], rankings: Rankings): readonly Judged[] {
  return questions
    .filter(({ evidence }) => evidence.length > 0)
    .map(({ qid, category, evidence }) => ({ category, evidence, ranked: rankings.get(qid) ?? [] }));
}
