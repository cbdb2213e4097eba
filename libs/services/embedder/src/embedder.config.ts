import { type ConsumerConfig, consumerConfigShape, parseEnv } from '@mneme/platform';

export interface EmbedderConfig {
  readonly catalogue: ConsumerConfig;
  readonly embedder: ConsumerConfig;
}

/** Reads `MNEME_CATALOGUE_*` and `MNEME_EMBEDDER_*`. @throws InvalidInput with every problem at once. */
export function parseEmbedderConfig(env: Readonly<Record<string, string | undefined>>): EmbedderConfig {
  return {
    catalogue: parseEnv(consumerConfigShape('MNEME_CATALOGUE', 500), env),
    embedder: parseEnv(consumerConfigShape('MNEME_EMBEDDER', 200), env),
  };
}
