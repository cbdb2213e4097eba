import { type Env, integerFrom, oneOf, parseEnvGroups, type Shape, textOr } from '@mneme/platform';
import {
  type EmbedderChoice,
  type LanguageModelChoice,
  type OpenAiEmbedderConfig,
  openAiEmbedderShape,
  type OpenAiLanguageModelConfig,
  openAiLanguageModelShape,
} from './models.config.js';

/** Which engines hold the data, and which models read it. */
export interface EnginesConfig extends StoresConfig {
  readonly engine: 'sqlite';
  readonly embedder: EmbedderChoice;
  readonly languageModel: LanguageModelChoice;
}

interface StoresConfig {
  readonly dataDirectory: string;
  /** How long an unwrapped data key may stay in a process. */
  readonly keyCacheMs: number;
  readonly keyCacheSubjectsMax: number;
}

interface ModelEngines {
  readonly embedder: EmbedderChoice['engine'];
  readonly languageModel: LanguageModelChoice['engine'];
}

/**
 * Reads `MNEME_DATA_DIR`, `MNEME_KEY_CACHE_*`, `MNEME_EMBEDDER*` and `MNEME_LANGUAGE_MODEL*`; the settings of a model server
 * that is not chosen are not looked at. @throws InvalidInput with every problem at once.
 */
export function parseEnginesConfig(env: Env): EnginesConfig {
  const shapes = {
    stores: storesShape,
    engines: modelEnginesShape,
    embedder: env['MNEME_EMBEDDER'] === 'openai' ? openAiEmbedderShape : NOTHING,
    languageModel: env['MNEME_LANGUAGE_MODEL'] === 'openai' ? openAiLanguageModelShape : NOTHING,
  };
  const { stores, engines, embedder, languageModel } = parseEnvGroups<Groups>(shapes as ShapesOf<Groups>, env);
  return {
    engine: 'sqlite',
    ...stores,
    embedder: engines.embedder === 'openai' ? { engine: 'openai', ...embedder } : { engine: 'static' },
    languageModel: engines.languageModel === 'openai' ? { engine: 'openai', ...languageModel } : { engine: 'none' },
  };
}

interface Groups {
  readonly stores: StoresConfig;
  readonly engines: ModelEngines;
  readonly embedder: OpenAiEmbedderConfig;
  readonly languageModel: OpenAiLanguageModelConfig;
}
type ShapesOf<G> = { readonly [K in keyof G]: Shape<G[K]> };

const NOTHING = {};

const storesShape: Shape<StoresConfig> = {
  dataDirectory: ['MNEME_DATA_DIR', textOr('.mneme')],
  keyCacheMs: ['MNEME_KEY_CACHE_MS', integerFrom(1, 5_000, 5_000)],
  keyCacheSubjectsMax: ['MNEME_KEY_CACHE_SUBJECTS_MAX', integerFrom(1, 1_000_000, 20_000)],
};

const modelEnginesShape: Shape<ModelEngines> = {
  embedder: ['MNEME_EMBEDDER', oneOf(['static', 'openai'] as const, 'static')],
  languageModel: ['MNEME_LANGUAGE_MODEL', oneOf(['none', 'openai'] as const, 'none')],
};
