import { type Env, integerFrom, parseEnv, textOr } from '@mneme/platform';

/** Which engines hold the data. */
export interface EnginesConfig {
  readonly engine: 'sqlite';
  readonly dataDirectory: string;
  /** How long an unwrapped data key may stay in a process. */
  readonly keyCacheMs: number;
  readonly keyCacheSubjectsMax: number;
}

/** Reads `MNEME_DATA_DIR` and `MNEME_KEY_CACHE_*`. @throws InvalidInput with every problem at once. */
export function parseEnginesConfig(env: Env): EnginesConfig {
  const read = parseEnv(
    {
      dataDirectory: ['MNEME_DATA_DIR', textOr('.mneme')],
      keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, 5_000, 5_000)],
      keyCacheSubjectsMax: ['MNEME_KEY_CACHE_SUBJECTS_MAX', integerFrom(1, 1_000_000, 20_000)],
    },
    env,
  );
  return { engine: 'sqlite', ...read };
}
