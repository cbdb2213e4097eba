import { DEFAULT_LIMITS, type Limits, READING_MODELS, type ReadingModel } from '@mneme/domain';
import { integerFrom, parseEnv } from '@mneme/platform';
import { readingModelsIn } from './reading-models.config.js';

export interface RetrievalConfig {
  readonly limits: Limits;
  /** How long a leg may take; one that takes longer is named in the answer as missing. */
  readonly legTimeoutMs: number;
  /** Hits that each leg gives. */
  readonly legHitsMax: number;
  /** Ranked candidates that are looked up at most before an answer is cut short. */
  readonly lookedUpMax: number;
  /** Models that contexts are made for; the first is the one of a request that names none. */
  readonly readingModels: readonly ReadingModel[];
  /** Access events that may wait for the log; one more is dropped and counted. */
  readonly eventsWaitingMax: number;
  /** How long the first of them waits for others, so that one write takes many. */
  readonly eventsLingerMs: number;
  /** Access events of one write. */
  readonly eventsBatchMax: number;
  /** Longest time that an unwrapped key may stay in this process. */
  readonly keyCacheMs: number;
}

export const DEFAULT_RETRIEVAL_CONFIG: RetrievalConfig = {
  limits: DEFAULT_LIMITS,
  legTimeoutMs: 2_000,
  legHitsMax: 1_000,
  lookedUpMax: 400,
  readingModels: READING_MODELS,
  eventsWaitingMax: 5_000,
  eventsLingerMs: 200,
  eventsBatchMax: 200,
  keyCacheMs: 5_000,
};

/** Reads `MNEME_RETRIEVAL_*` and `MNEME_KEY_CACHE_MS` (shared with the keyring). @throws InvalidInput with every problem at once. */
export function parseRetrievalConfig(env: Readonly<Record<string, string | undefined>>): RetrievalConfig {
  const defaults = DEFAULT_RETRIEVAL_CONFIG;
  const read = parseEnv(
    {
      legTimeoutMs: ['MNEME_RETRIEVAL_LEG_TIMEOUT_MS', integerFrom(10, 60_000, defaults.legTimeoutMs)],
      readingModels: ['MNEME_RETRIEVAL_MODELS_FILE', readingModelsIn],
      eventsWaitingMax: ['MNEME_RETRIEVAL_EVENTS_WAITING_MAX', integerFrom(0, 100_000, defaults.eventsWaitingMax)],
      keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, 5_000, defaults.keyCacheMs)],
    },
    env,
  );
  return { ...defaults, ...read };
}
