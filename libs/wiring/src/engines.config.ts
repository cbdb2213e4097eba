import { type Env, integerFrom, oneOf, parseEnv, parseParts, type Reader, type Shape, textOr } from '@mneme/platform';
import type { HttpWebhookCallerOptions } from '@mneme/webhook';
import { type DistributedEngines, parseDistributedEngines } from './distributed.config.js';
import type { ServiceName } from './engines-of.js';
import {
  type EmbedderChoice,
  type LanguageModelChoice,
  parseEmbedderChoice,
  parseLanguageModelChoice,
} from './models.config.js';
import { parseWebhookConfig } from './webhook.config.js';

/** Which engines hold the data, and which models read it. */
export type EnginesConfig = EmbeddedConfig | DistributedConfig;

/** SQLite files in one data directory. */
export interface EmbeddedConfig extends SharedConfig {
  readonly profile: 'embedded';
}

/** Kafka, PostgreSQL, Qdrant, Neo4j and Redis. */
export interface DistributedConfig extends SharedConfig, DistributedEngines {
  readonly profile: 'distributed';
}

interface SharedConfig extends KeysConfig {
  readonly embedder: EmbedderChoice;
  readonly languageModel: LanguageModelChoice;
  readonly webhook: HttpWebhookCallerOptions;
}

interface KeysConfig {
  readonly dataDirectory: string;
  /** How long an unwrapped data key may stay in a process. */
  readonly keyCacheMs: number;
  readonly keyCacheSubjectsMax: number;
  readonly keyCacheTenantsMax: number;
}

/**
 * Reads `MNEME_ENGINES`, `MNEME_DATA_DIR`, `MNEME_KEY_CACHE_*`, `MNEME_EMBEDDER*`, `MNEME_LANGUAGE_MODEL*`, `MNEME_WEBHOOK_*`
 * and, with distributed engines, where those are that the service opens; the settings of what is not chosen or not opened
 * are not looked at. @throws InvalidInput with every problem at once.
 */
export function parseEnginesConfig(env: Env, service: ServiceName = 'standalone'): EnginesConfig {
  const { choice, ...shared } = parseParts<Parts>(
    {
      choice: (of) => parseChoice(of, service),
      keys: (of) => parseEnv(keysShape, of),
      embedder: parseEmbedderChoice,
      languageModel: parseLanguageModelChoice,
      webhook: parseWebhookConfig,
    },
    env,
  );
  const { keys, ...rest } = shared;
  return { ...choice, ...keys, ...rest };
}

type Choice = { readonly profile: 'embedded' } | ({ readonly profile: 'distributed' } & DistributedEngines);

interface Parts extends Omit<SharedConfig, keyof KeysConfig> {
  readonly choice: Choice;
  readonly keys: KeysConfig;
}

/** A service alone shares its engines with the others: a data directory has one owner. */
function profileOf(service: ServiceName): Reader<Choice['profile']> {
  if (service === 'standalone') return oneOf(['embedded', 'distributed'], 'embedded');
  return (value = 'distributed') => {
    if (value === 'distributed') return value;
    throw new Error('distributed is expected: a service alone runs on no data directory');
  };
}

function parseChoice(env: Env, service: ServiceName): Choice {
  const { profile } = parseEnv<Pick<Choice, 'profile'>>({ profile: ['MNEME_ENGINES', profileOf(service)] }, env);
  return profile === 'embedded' ? { profile } : { profile, ...parseDistributedEngines(env, service) };
}

const keysShape: Shape<KeysConfig> = {
  dataDirectory: ['MNEME_DATA_DIR', textOr('.mneme')],
  keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, 5_000, 5_000)],
  keyCacheSubjectsMax: ['MNEME_KEY_CACHE_SUBJECTS_MAX', integerFrom(1, 1_000_000, 20_000)],
  keyCacheTenantsMax: ['MNEME_KEY_CACHE_TENANTS_MAX', integerFrom(1, 100_000, 1_000)],
};
