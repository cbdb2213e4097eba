import { connect, type Connection } from '../connect.js';
import { createFreshTenant } from '../fresh-tenant.js';
import type { Place } from '../place.js';
import { askQuestions, type Pass, type Rankings } from './ask-questions.js';
import type { Dataset } from './dataset.js';
import { keptTurns, sendConversation, type SentConversation } from './send-conversations.js';

export interface EvaluationOptions extends Place {
  readonly operatorKey: string;
  readonly dataset: Dataset;
  /** Switch the write-filter's verdict off. */
  readonly keepAll: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (phase: 'turns' | 'questions', done: number, total: number) => void;
}

export interface EvaluationReport {
  readonly tenantId: string;
  readonly keepAll: boolean;
  readonly conversations: number;
  readonly turns: number;
  readonly questions: number;
  /** Turns that the pipeline could not apply. */
  readonly failedTurns: number;
  readonly turnsKept: Kept;
  /** Turns that answer at least one question. */
  readonly evidenceTurnsKept: Kept;
  readonly passes: readonly Pass[];
}

export interface Kept {
  readonly kept: number;
  readonly total: number;
  readonly share: number;
}

const RIGHTS = ['ingest', 'recall', 'on-behalf-of'];

/** Sends a dataset through the service like any traffic and asks its questions, in a tenant made for it. */
export async function runEvaluation(
  options: EvaluationOptions,
): Promise<{ readonly report: EvaluationReport; readonly rankings: Rankings }> {
  const { operatorKey, signal } = options;
  const operator = connect({ ...options, apiKey: operatorKey });
  try {
    const tenant = await createFreshTenant(operator, {
      prefix: 'evaluation',
      purpose: 'evaluation',
      rights: RIGHTS,
      signal,
      ...(options.keepAll ? { policy: { keepAll: true } } : {}),
    });
    try {
      return await evaluate(tenant.connection, tenant.tenantId, options);
    } finally {
      tenant.connection.close();
    }
  } finally {
    operator.close();
  }
}

async function evaluate(connection: Connection, tenantId: string, options: EvaluationOptions) {
  const { dataset, keepAll } = options;
  const sent = await sendAll(connection, options);
  const shares = await keptShares(connection, sent, options);
  const total = dataset.questions.length * 2;
  let asked = 0;
  const onQuestion = () => options.onProgress?.('questions', ++asked, total);
  const common = { sent, signal: options.signal, onQuestion };
  const open = await askQuestions(connection, dataset.questions, {
    ...common,
    name: 'threshold off',
    similarityMin: 0,
  });
  const usual = await askQuestions(connection, dataset.questions, { ...common, name: 'default policy' });
  const report: EvaluationReport = {
    tenantId,
    keepAll,
    conversations: dataset.conversations.length,
    turns: turnCountOf(dataset),
    questions: dataset.questions.length,
    failedTurns: [...sent.values()].reduce((sum, { failedTurns }) => sum + failedTurns, 0),
    ...shares,
    passes: [open.pass, usual.pass],
  };
  return { report, rankings: open.rankings };
}

async function sendAll(
  connection: Connection,
  { dataset, onProgress }: EvaluationOptions,
): Promise<ReadonlyMap<string, SentConversation>> {
  const total = turnCountOf(dataset);
  const sent = new Map<string, SentConversation>();
  let done = 0;
  const onTurns = (turns: number) => {
    done += turns;
    onProgress?.('turns', done, total);
  };
  for (const conversation of dataset.conversations) {
    sent.set(conversation.sampleId, await sendConversation(connection, conversation, onTurns));
  }
  return sent;
}

async function keptShares(
  connection: Connection,
  sent: ReadonlyMap<string, SentConversation>,
  { dataset }: EvaluationOptions,
): Promise<Pick<EvaluationReport, 'turnsKept' | 'evidenceTurnsKept'>> {
  let kept = 0;
  let evidenceKept = 0;
  let evidenceTotal = 0;
  for (const conversation of sent.values()) {
    const turns = await keptTurns(connection, conversation);
    const asked = dataset.questions.filter(({ sampleId }) => sampleId === conversation.sampleId);
    const evidence = new Set(asked.flatMap((question) => question.evidence));
    kept += turns.size;
    evidenceTotal += evidence.size;
    evidenceKept += [...evidence].filter((diaId) => turns.has(diaId)).length;
  }
  return {
    turnsKept: keptOf(kept, turnCountOf(dataset)),
    evidenceTurnsKept: keptOf(evidenceKept, evidenceTotal),
  };
}

function turnCountOf({ conversations }: Dataset): number {
  return conversations.reduce((sum, { turns }) => sum + turns.length, 0);
}

function keptOf(kept: number, total: number): Kept {
  return { kept, total, share: total === 0 ? 0 : kept / total };
}
