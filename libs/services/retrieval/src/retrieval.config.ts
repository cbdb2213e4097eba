import { DEFAULT_LIMITS, type Limits } from '@mneme/domain';
import { integerFrom, parseEnv } from '@mneme/platform';

export interface RetrievalConfig {
  readonly limits: Limits;
  /** How long a leg may take; one that takes longer is named in the answer as missing. */
  readonly legTimeoutMs: number;
  /** Hits that each leg gives. */
  readonly legHitsMax: number;
  /** Ranked candidates that are looked up at most before an answer is cut short. */
  readonly lookedUpMax: number;
}

export const DEFAULT_RETRIEVAL_CONFIG: RetrievalConfig = {
  limits: DEFAULT_LIMITS,
  legTimeoutMs: 2_000,
  legHitsMax: 1_000,
  lookedUpMax: 400,
};

/** Reads `MNEME_RETRIEVAL_*`. @throws InvalidInput with every problem at once. */
export function parseRetrievalConfig(env: Readonly<Record<string, string | undefined>>): RetrievalConfig {
  const defaults = DEFAULT_RETRIEVAL_CONFIG;
  const read = parseEnv(
    { legTimeoutMs: ['MNEME_RETRIEVAL_LEG_TIMEOUT_MS', integerFrom(10, 60_000, defaults.legTimeoutMs)] },
    env,
  );
  return { ...defaults, ...read };
}
