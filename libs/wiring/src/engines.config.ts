import { type Env, integerFrom, parseEnv, parseParts, textOr } from '@mneme/platform';
import {
  type EmbedderChoice,
  type LanguageModelChoice,
  parseEmbedderChoice,
  parseLanguageModelChoice,
} from './models.config.js';
import type { HttpWebhookCallerOptions } from '@mneme/webhook';
import { parseWebhookConfig } from './webhook.config.js';

/** Which engines hold the data, and which models read it. */
export interface EnginesConfig extends StoresConfig {
  readonly engine: 'sqlite';
  readonly embedder: EmbedderChoice;
  readonly languageModel: LanguageModelChoice;
  readonly webhook: HttpWebhookCallerOptions;
}

interface StoresConfig {
  readonly dataDirectory: string;
  /** How long an unwrapped data key may stay in a process. */
  readonly keyCacheMs: number;
  readonly keyCacheSubjectsMax: number;
  readonly keyCacheTenantsMax: number;
}

/**
 * Reads `MNEME_DATA_DIR`, `MNEME_KEY_CACHE_*`, `MNEME_EMBEDDER*`, `MNEME_LANGUAGE_MODEL*` and `MNEME_WEBHOOK_*`; the settings of a model server
 * that is not chosen are not looked at. @throws InvalidInput with every problem at once.
 */
export function parseEnginesConfig(env: Env): EnginesConfig {
  const parsers = {
    stores: parseStoresConfig,
    embedder: parseEmbedderChoice,
    languageModel: parseLanguageModelChoice,
    webhook: parseWebhookConfig,
  };
  const { stores, ...rest } = parseParts<Parts>(parsers, env);
  return { engine: 'sqlite', ...stores, ...rest };
}

type Parts = Pick<EnginesConfig, 'embedder' | 'languageModel' | 'webhook'> & { readonly stores: StoresConfig };

function parseStoresConfig(env: Env): StoresConfig {
  return parseEnv(
    {
      dataDirectory: ['MNEME_DATA_DIR', textOr('.mneme')],
      keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, 5_000, 5_000)],
      keyCacheSubjectsMax: ['MNEME_KEY_CACHE_SUBJECTS_MAX', integerFrom(1, 1_000_000, 20_000)],
      keyCacheTenantsMax: ['MNEME_KEY_CACHE_TENANTS_MAX', integerFrom(1, 100_000, 1_000)],
    },
    env,
  );
}
