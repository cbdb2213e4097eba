import { type Clock, type LanguageModel, type ModelFailure, type ModelOutcome, NO_MODEL_ID } from '@mneme/ports';
import type { Keyring, Logger, Metrics } from '@mneme/platform';
import type { LanguageModelChoice } from './models.config.js';

/** Bytes of one answer: 64 Ki tokens of any script fit in. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;

export interface LanguageModelParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Where a tenant's policy says how many tokens it may spend. */
  readonly keyring: Pick<Keyring, 'tenant'>;
}

/** The language model that was chosen, counted; without one every outcome is `no-model`. */
export async function openLanguageModel(
  choice: LanguageModelChoice,
  { clock, metrics, logger, keyring }: LanguageModelParts,
): Promise<LanguageModel> {
  if (choice.engine === 'none') return noLanguageModel;
  const { DailyTokenBudget, ModelConnection, OpenAiLanguageModel, StructuredChat } = await import('@mneme/openai');
  const { url, apiKey, timeoutMs, retriesMax, cacheEntriesMax, cacheBytesMax, dailyTokensMax } = choice;
  const key = apiKey === undefined ? {} : { apiKey: apiKey.reveal() };
  const connection = new ModelConnection({ url, ...key, timeoutMs, retriesMax, answerBytesMax: ANSWER_BYTES_MAX });
  const tokensMaxOf = async (tenantId: Parameters<Keyring['tenant']>[0]) => {
    const { policy } = (await keyring.tenant(tenantId)).tenant;
    return Math.min(dailyTokensMax, policy.models.tokensPerDay ?? Infinity);
  };
  const budget = new DailyTokenBudget(clock, tokensMaxOf, {
    usedUp: (tenantId) => logger.warn("a tenant's model tokens of the day are used up: rules answer", { tenantId }),
    used: (tokens) => metrics.increment('mneme_model_tokens_total', {}, tokens),
  });
  const chat = new StructuredChat(connection, budget, choice);
  const cache = { entriesMax: cacheEntriesMax, bytesMax: cacheBytesMax };
  return countedLanguageModel(new OpenAiLanguageModel(chat, { model: choice.model, prompts: choice, cache }), metrics);
}

const NO_MODEL: ModelOutcome<never> = { isAnswered: false, failure: 'no-model' satisfies ModelFailure };

/** For a service without a model: whoever asks falls back to rules. */
const noLanguageModel: LanguageModel = {
  id: NO_MODEL_ID,
  classify: async ({ turns }) => turns.map(() => NO_MODEL),
  extract: async ({ turns }) => turns.map(() => NO_MODEL),
  summarise: async () => NO_MODEL,
};

/** Counts answers by the way they came, failures by name, and what was left out of answers. */
export function countedLanguageModel(model: LanguageModel, metrics: Metrics): LanguageModel {
  const counted = <T>(task: string, outcomes: readonly ModelOutcome<T>[]) => {
    for (const outcome of outcomes) count(metrics, task, outcome);
    return outcomes;
  };
  return {
    id: model.id,
    classify: async (request, signal) => counted('classify', await model.classify(request, signal)),
    extract: async (request, signal) => counted('extract', await model.extract(request, signal)),
    summarise: async (request, signal) => {
      const outcome = await model.summarise(request, signal);
      count(metrics, 'summarise', outcome);
      return outcome;
    },
  };
}

function count<T>(metrics: Metrics, task: string, outcome: ModelOutcome<T>): void {
  if (!outcome.isAnswered) {
    metrics.increment('mneme_model_failures_total', { task, failure: outcome.failure });
    return;
  }
  metrics.increment('mneme_model_answers_total', { task, way: outcome.way });
  metrics.increment('mneme_model_items_refused_total', { task }, outcome.itemsRefused);
}
