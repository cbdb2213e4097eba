import type { TenantId } from '@mneme/events';
import { type ErrorCode, isMemoryError } from '@mneme/domain';
import type { ModelFailure, TokenBudget } from '@mneme/ports';
import {
  bulkhead,
  BrokenCircuitError,
  BulkheadRejectedError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel';
import { answerOf, type CompletionAnswer } from './completion-answer.js';
import type { ModelConnection } from './model-connection.js';
import { tokensOf } from './text-chunks.js';

export interface StructuredChatOptions {
  readonly model: string;
  /** Tokens of one answer. */
  readonly answerTokensMax: number;
  readonly callsAtOnceMax: number;
  /** Calls that may wait for their turn; more are `busy`. */
  readonly callsWaitingMax: number;
  /** Failures one after the other that open the circuit. */
  readonly failuresMax: number;
  /** How long the model is left alone, before one call tries it again. */
  readonly circuitOpenMs: number;
}

/** What to do, in our words; the text to do it with, as data; and the form of the answer. */
export interface Prompt {
  readonly instructions: string;
  readonly data: string;
  readonly schemaName: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export type ChatAnswer = { readonly json: unknown } | { readonly failure: ModelFailure };

const FAILURES: Readonly<Partial<Record<ErrorCode, ModelFailure>>> = {
  unavailable: 'unavailable',
  timeout: 'timed-out',
  unauthenticated: 'unauthenticated',
  corrupt: 'malformed',
  'limit-exceeded': 'too-long',
};
const OUTAGES: readonly ErrorCode[] = ['unavailable', 'timeout', 'unauthenticated'];

/** Asks for answers of a given form, within a budget, and leaves a model alone that keeps failing. */
export class StructuredChat {
  readonly #turns;
  readonly #circuit;

  constructor(
    private readonly connection: ModelConnection,
    private readonly budget: TokenBudget,
    private readonly options: StructuredChatOptions,
  ) {
    this.#turns = bulkhead(options.callsAtOnceMax, options.callsWaitingMax);
    this.#circuit = circuitBreaker(
      handleWhen((error) => isMemoryError(error) && OUTAGES.includes(error.code)),
      { halfOpenAfter: options.circuitOpenMs, breaker: new ConsecutiveBreaker(options.failuresMax) },
    );
  }

  /** JSON that still has to be checked, or the failure's name. @throws the signal's reason, and broken invariants. */
  async ask(prompt: Prompt, tenantId: TenantId, signal?: AbortSignal): Promise<ChatAnswer> {
    signal?.throwIfAborted();
    try {
      return await this.#turns.execute(() => this.#askWithin(prompt, tenantId, signal), signal);
    } catch (error) {
      signal?.throwIfAborted();
      return { failure: failureOf(error) };
    }
  }

  async #askWithin(prompt: Prompt, tenantId: TenantId, signal?: AbortSignal): Promise<ChatAnswer> {
    const asked = tokensOf(prompt.instructions) + tokensOf(prompt.data);
    const taken = await this.budget.take(tenantId, asked + this.options.answerTokensMax);
    if (taken === undefined) return { failure: 'over-budget' };
    try {
      const { tokensUsed, ...answer } = await this.#circuit.execute(() => this.#complete(prompt, signal));
      if (tokensUsed !== undefined) await taken.settle(tokensUsed);
      return answer;
    } catch (error) {
      // What timed out or was left half way may be on the bill; an outage or a refusal must not eat up the day.
      if (costNothing(error)) await taken.settle(0);
      throw error;
    }
  }

  #complete({ instructions, data, schemaName, schema }: Prompt, signal?: AbortSignal): Promise<CompletionAnswer> {
    const body = {
      model: this.options.model,
      // The text of a conversation is never in a role that gives orders.
      messages: [
        { role: 'system' as const, content: instructions },
        { role: 'user' as const, content: data },
      ],
      max_completion_tokens: this.options.answerTokensMax,
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: schemaName, strict: true, schema: { ...schema } },
      },
    };
    return this.connection.call(
      async (client, until) => answerOf(await client.chat.completions.create(body, { signal: until })),
      signal,
    );
  }
}

function failureOf(error: unknown): ModelFailure {
  if (error instanceof BulkheadRejectedError) return 'busy';
  if (error instanceof BrokenCircuitError) return 'circuit-open';
  if (isMemoryError(error)) return FAILURES[error.code] ?? 'rejected';
  throw error;
}

function costNothing(error: unknown): boolean {
  if (error instanceof BrokenCircuitError) return true;
  return isMemoryError(error) && error.code !== 'timeout' && error.code !== 'corrupt';
}
