import { createHash } from 'node:crypto';
import { LimitExceeded } from '@mneme/domain';
import {
  type Classification,
  type ClassifyRequest,
  type Extraction,
  type LanguageModel,
  MODEL_LABELS_MAX,
  MODEL_SENTENCES_MAX,
  MODEL_TURNS_MAX,
  type ModelOutcome,
  type ModelRequest,
  type SummariseRequest,
  type Summary,
} from '@mneme/ports';
import { classifyTask } from './classify-task.js';
import { EXTRACT_TASK } from './extract-task.js';
import { dataOf } from './prompt-data.js';
import { SealedCache, type SealedCacheLimits } from './sealed-cache.js';
import type { StructuredChat } from './structured-chat.js';
import { checkedSummary, SUMMARY_SCHEMA, summaryInstructions } from './summarise-task.js';
import { tokensOf } from './text-chunks.js';
import { AskTurns, type PromptLimits } from './ask-turns.js';

const ID_HASH_CHARACTERS = 8;
/** Of the summary's wording; those of the turns' tasks are hashed themselves. */
const SUMMARY_WORDING = 'summary 1';

export interface OpenAiLanguageModelOptions {
  readonly model: string;
  readonly prompts: PromptLimits;
  readonly cache: SealedCacheLimits;
}

/** Models behind a server that speaks the OpenAI protocol and keeps to a JSON schema. */
export class OpenAiLanguageModel implements LanguageModel {
  readonly id: string;
  readonly #askTurns: AskTurns;
  readonly #cache: SealedCache;

  constructor(
    private readonly chat: StructuredChat,
    private readonly options: OpenAiLanguageModelOptions,
  ) {
    const wording = createHash('sha256').update(EXTRACT_TASK.instructions).update(SUMMARY_WORDING).digest('hex');
    this.id = `${options.model}@${wording.slice(0, ID_HASH_CHARACTERS)}`;
    this.#cache = new SealedCache(options.cache);
    this.#askTurns = new AskTurns({ chat, cache: this.#cache, limits: options.prompts, modelId: this.id });
  }

  async classify(request: ClassifyRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Classification>[]> {
    within('labels', request.labels.length, ['modelLabelsMax', MODEL_LABELS_MAX]);
    return this.#askTurns.ask(classifyTask(request.labels), checkedRequest(request), signal);
  }

  async extract(request: ModelRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Extraction>[]> {
    return this.#askTurns.ask(EXTRACT_TASK, checkedRequest(request), signal);
  }

  async summarise(request: SummariseRequest, signal?: AbortSignal): Promise<ModelOutcome<Summary>> {
    within('sentencesMax', request.sentencesMax, ['modelSentencesMax', MODEL_SENTENCES_MAX]);
    const { subject, turns } = checkedRequest(request);
    signal?.throwIfAborted();
    if (turns.length === 0) return { isAnswered: false, failure: 'empty' };
    const instructions = summaryInstructions(request);
    const data = dataOf(turns);
    const asked = JSON.stringify([this.id, instructions, data]);
    const known = this.#cache.get(subject, asked);
    if (known !== undefined) return { isAnswered: true, way: 'cache', ...(JSON.parse(known) as KnownSummary) };
    if (tokensOf(data) > this.options.prompts.promptTokensMax) return { isAnswered: false, failure: 'too-long' };
    const prompt = { instructions, data, schemaName: 'summarise', schema: SUMMARY_SCHEMA };
    const answer = await this.chat.ask(prompt, subject.tenantId, signal);
    if ('failure' in answer) return { isAnswered: false, failure: answer.failure };
    const checked = checkedSummary(answer.json, request);
    if (checked === undefined) return { isAnswered: false, failure: 'wrong-form' };
    this.#cache.set(subject, asked, JSON.stringify(checked));
    return { isAnswered: true, way: 'model', ...checked };
  }
}

interface KnownSummary {
  readonly value: Summary;
  readonly itemsRefused: number;
}

function checkedRequest<R extends ModelRequest>(request: R): R {
  within('turns', request.turns.length, ['modelTurnsMax', MODEL_TURNS_MAX]);
  return request;
}

/** @throws LimitExceeded naming the limit. */
function within(field: string, sent: number, [limit, max]: readonly [string, number]): void {
  if (sent <= max) return;
  throw new LimitExceeded(`${field} has more than a request to a model may have`, {
    field,
    limit: `${limit}=${max}`,
    sent: String(sent),
  });
}
