import { type ConsumerConfig, consumerConfigShape, parseEnv, parseParts } from '@mneme/platform';

export interface EmbedderConfig {
  readonly catalogue: ConsumerConfig;
  readonly embedder: ConsumerConfig;
}

/** Reads `MNEME_CATALOGUE_*` and `MNEME_EMBEDDER_*`. @throws InvalidInput with every problem at once. */
export function parseEmbedderConfig(env: Readonly<Record<string, string | undefined>>): EmbedderConfig {
  return parseParts<EmbedderConfig>(
    {
      catalogue: (all) => parseEnv(consumerConfigShape('MNEME_CATALOGUE', 500), all),
      embedder: (all) => parseEnv(consumerConfigShape('MNEME_EMBEDDER', 200), all),
    },
    env,
  );
}
