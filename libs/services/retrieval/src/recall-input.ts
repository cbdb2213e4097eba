import { InvalidInput, LimitExceeded, type Limits } from '@mneme/domain';
import type { MemoryFilter } from '@mneme/ports';
import { memoryFilterOf, readInstantMs, type RequestedFilter } from './filters.js';
import type { Reader } from './reader.js';
import type { RequestedWait } from './wait-for.js';

export interface RequestedRecall {
  readonly question: string;
  readonly userId?: string | undefined;
  readonly limit?: number | undefined;
  readonly filters: readonly RequestedFilter[];
  readonly waitFor?: RequestedWait | undefined;
  readonly similarityMin?: number | undefined;
  readonly now?: string | undefined;
}

export interface RecallInput {
  readonly question: string;
  readonly limit: number;
  readonly filter: MemoryFilter;
  readonly waitFor: RequestedWait | undefined;
  readonly similarityMin: number;
  /** Whether hits whose similarity nobody can measure may be given on other evidence. */
  readonly answersUnmeasured: boolean;
  readonly nowMs: number;
}

export interface InputContext {
  readonly reader: Reader;
  readonly limits: Limits;
  readonly nowMs: number;
}

const DEFAULT_HITS = 10;

/** A recall that has been checked whole. @throws InvalidInput or LimitExceeded naming the field. */
export function readRecall(request: RequestedRecall, context: InputContext): RecallInput {
  const { reader, limits } = context;
  return {
    question: readQuestion(request.question, limits),
    limit: readCount(request.limit ?? Math.min(DEFAULT_HITS, limits.recallHitsMax), {
      field: 'limit',
      limit: 'recallHitsMax',
      max: limits.recallHitsMax,
    }),
    filter: memoryFilterOf(request.filters, { limits, indexKeys: reader.indexKeys, subjectId: reader.subjectId }),
    waitFor: request.waitFor,
    similarityMin: readShare(request.similarityMin ?? reader.tenant.policy.similarityMin),
    // A threshold that a request names is kept whatever happens; the policy's own says what else may do.
    answersUnmeasured: request.similarityMin === undefined && reader.tenant.policy.recall.answersUnmeasured,
    nowMs: readNow(request.now, context),
  };
}

/** A whole number from 1 to `max`. */
export function readCount(
  value: number,
  { field, limit, max }: { readonly field: string; readonly limit: string; readonly max: number },
): number {
  if (value < 1) throw new InvalidInput('this is a whole number from 1', { field, sent: String(value) });
  if (value <= max) return value;
  throw new LimitExceeded('more than the limit', { field, limit: `${limit}=${max}`, sent: String(value) });
}

function readQuestion(question: string, { questionBytesMax }: Limits): string {
  const field = 'question';
  if (question.trim() === '') throw new InvalidInput('a question has at least one word', { field });
  if (question.includes('\uFFFD')) throw new InvalidInput('the text is not valid UTF-8', { field });
  const bytes = Buffer.byteLength(question);
  if (bytes <= questionBytesMax) return question;
  const detail = { field, limit: `questionBytesMax=${questionBytesMax}`, sent: `${bytes} bytes` };
  throw new LimitExceeded('the question is longer than the limit', detail);
}

function readShare(similarityMin: number): number {
  if (similarityMin >= 0 && similarityMin <= 1) return similarityMin;
  throw new InvalidInput('a similarity is from 0 to 1', { field: 'similarityMin', sent: String(similarityMin) });
}

function readNow(now: string | undefined, { reader, nowMs }: InputContext): number {
  if (now === undefined) return nowMs;
  if (reader.tenant.purpose === 'evaluation') return readInstantMs(now, 'now');
  throw new InvalidInput('only a tenant made for evaluation may say what time it is', { field: 'now' });
}
