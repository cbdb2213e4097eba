import { type Env, integerFrom, parseEnv } from '@mneme/platform';

/** Topics that are processed, in the order in which a record goes through them. */
export const PROCESSED_TOPICS = ['turns', 'memories'] as const;
export type ProcessedTopic = (typeof PROCESSED_TOPICS)[number];

export interface ErasureConfig {
  /** How long any process may hold an unwrapped key; the same as the keyring's. */
  readonly keyCacheMs: number;
  /** How long after the sweep a writer that was slow can still be writing. */
  readonly quietPeriodMs: number;
  /** Consumer groups that an erasure waits for, by topic. */
  readonly processingGroups: Readonly<Record<ProcessedTopic, readonly string[]>>;
  /** How long one attempt waits for the groups before it lets another erasure go first. */
  readonly barrierWaitMs: number;
  readonly barrierPollMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  readonly erasuresAtOnceMax: number;
  /** Unfinished erasures that are looked at when the next one is chosen. */
  readonly unfinishedMax: number;
  /** Erasures that a list gives. */
  readonly listedMax: number;
  readonly requestCharsMax: number;
  readonly userIdCharsMax: number;
  readonly dueAfterMs: number;
  /** Ids of each store that are looked for again. */
  readonly probesMax: number;
  readonly pageRecordsMax: number;
  /** Pages of one pass over a topic or a list. */
  readonly pagesMax: number;
  /** Passes of one sweep, while records keep coming in. */
  readonly sweepRoundsMax: number;
}

/** No process may be told to hold a key for longer. */
export const KEY_CACHE_MS_MAX = 5_000;

export const DEFAULT_ERASURE_CONFIG: ErasureConfig = {
  keyCacheMs: KEY_CACHE_MS_MAX,
  quietPeriodMs: 15_000,
  processingGroups: { turns: ['write-filter'], memories: ['graph-extractor', 'catalogue', 'embedder', 'fact-graph'] },
  barrierWaitMs: 30_000,
  barrierPollMs: 50,
  backoffMinMs: 100,
  backoffMaxMs: 10_000,
  erasuresAtOnceMax: 4,
  unfinishedMax: 10_000,
  listedMax: 200,
  requestCharsMax: 128,
  userIdCharsMax: 256,
  dueAfterMs: 30 * 86_400_000,
  probesMax: 32,
  pageRecordsMax: 200,
  pagesMax: 50_000,
  sweepRoundsMax: 5,
};

/**
 * Reads `MNEME_KEY_CACHE_MS` (shared with the keyring), `MNEME_ERASURE_QUIET_PERIOD_MS` and
 * `MNEME_ERASURE_AT_ONCE_MAX`. @throws InvalidInput with every problem at once.
 */
export function parseErasureConfig(env: Env): ErasureConfig {
  const defaults = DEFAULT_ERASURE_CONFIG;
  const read = parseEnv(
    {
      keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, KEY_CACHE_MS_MAX, defaults.keyCacheMs)],
      quietPeriodMs: ['MNEME_ERASURE_QUIET_PERIOD_MS', integerFrom(0, 3_600_000, defaults.quietPeriodMs)],
      erasuresAtOnceMax: ['MNEME_ERASURE_AT_ONCE_MAX', integerFrom(1, 64, defaults.erasuresAtOnceMax)],
    },
    env,
  );
  return { ...defaults, ...read };
}
