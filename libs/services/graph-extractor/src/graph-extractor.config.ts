import { type ConsumerConfig, consumerConfigShape, parseEnv } from '@mneme/platform';

export interface GraphExtractorConfig {
  readonly extractor: ConsumerConfig;
  readonly factGraph: ConsumerConfig;
}

/** Reads `MNEME_GRAPH_EXTRACTOR_*` and `MNEME_FACT_GRAPH_*`. @throws InvalidInput with every problem at once. */
export function parseGraphExtractorConfig(env: Readonly<Record<string, string | undefined>>): GraphExtractorConfig {
  return {
    extractor: parseEnv(consumerConfigShape('MNEME_GRAPH_EXTRACTOR', 500), env),
    factGraph: parseEnv(consumerConfigShape('MNEME_FACT_GRAPH', 500), env),
  };
}
