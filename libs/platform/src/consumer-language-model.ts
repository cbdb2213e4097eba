import { Timeout } from '@mneme/domain';
import {
  type ClassifyRequest,
  type LanguageModel,
  type ModelFailure,
  type ModelOutcome,
  type ModelRequest,
  NO_MODEL_ID,
  type SummariseRequest,
} from '@mneme/ports';
import { FallbackLanguageModel } from './fallback-language-model.js';
import type { Keyring } from './keyring.js';
import { languageRules } from './language-rules.js';
import type { Metrics } from './metrics.js';

/** How a consumer asks a model without being held up by it. */
export interface ConsumerModelOptions {
  /** How long one request may take: a partition waits for it. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
}

/**
 * The language model as a consumer of the log asks it: answered in time, else by rules. Undefined when none is
 * configured, so that nothing is asked and nothing counted.
 */
export function consumerLanguageModel(
  model: LanguageModel,
  options: ConsumerModelOptions,
): FallbackLanguageModel | undefined {
  if (model.id === NO_MODEL_ID) return undefined;
  return new FallbackLanguageModel(new TimedLanguageModel(model, options), languageRules);
}

/**
 * `summarise` as a consumer asks it, for one that has rules of its own to fall back to: in time, and not for tenants whose
 * policy asks a model nothing else. Undefined when none is configured.
 */
export function consumerSummarise(
  model: LanguageModel,
  { keyring, ...options }: ConsumerModelOptions & { readonly keyring: Pick<Keyring, 'tenant'> },
): LanguageModel['summarise'] | undefined {
  if (model.id === NO_MODEL_ID) return undefined;
  const timed = new TimedLanguageModel(model, options);
  return async (request, signal) => {
    const { models } = (await keyring.tenant(request.subject.tenantId)).tenant.policy;
    if (models.classify === 'off' && models.extract === 'off') return { isAnswered: false, failure: 'no-model' };
    return timed.summarise(request, signal);
  };
}

const TIMED_OUT = { isAnswered: false, failure: 'timed-out' satisfies ModelFailure } as const;

/** Gives each request a deadline, whose passing is an outcome. It is told to the model as an outage: a circuit counts it. */
class TimedLanguageModel implements LanguageModel {
  readonly id: string;

  constructor(
    private readonly model: LanguageModel,
    private readonly options: ConsumerModelOptions,
  ) {
    this.id = model.id;
  }

  async classify(request: ClassifyRequest, signal?: AbortSignal) {
    const outcomes = await this.#inTime((until) => this.model.classify(request, until), signal);
    return outcomes ?? this.#late('classify', request);
  }

  async extract(request: ModelRequest, signal?: AbortSignal) {
    const outcomes = await this.#inTime((until) => this.model.extract(request, until), signal);
    return outcomes ?? this.#late('extract', request);
  }

  async summarise(request: SummariseRequest, signal?: AbortSignal) {
    const outcome = await this.#inTime((until) => this.model.summarise(request, until), signal);
    if (outcome !== undefined) return outcome;
    this.#count('summarise', 1);
    return TIMED_OUT;
  }

  async #inTime<T>(ask: (until: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const deadline = new AbortController();
    const late = new Timeout('the language model did not answer in time');
    const timer = setTimeout(() => deadline.abort(late), this.options.timeoutMs);
    try {
      return await ask(signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.signal.aborted) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #late(task: string, { turns }: ModelRequest): readonly ModelOutcome<never>[] {
    this.#count(task, turns.length);
    return turns.map(() => TIMED_OUT);
  }

  #count(task: string, by: number): void {
    this.options.metrics.increment('mneme_model_failures_total', { task, failure: TIMED_OUT.failure }, by);
  }
}
