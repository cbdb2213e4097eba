import { type ConsumerConfig, consumerConfigShape, integerFrom, parseEnv } from '@mneme/platform';

export interface GraphExtractorConfig {
  readonly extractor: ConsumerConfig;
  readonly factGraph: ConsumerConfig;
  /** How long a language model may take for one request; a batch waits for at most twice as long. */
  readonly modelTimeoutMs: number;
}

/** Reads `MNEME_GRAPH_EXTRACTOR_*` and `MNEME_FACT_GRAPH_*`. @throws InvalidInput with every problem at once. */
export function parseGraphExtractorConfig(env: Readonly<Record<string, string | undefined>>): GraphExtractorConfig {
  const { modelTimeoutMs, ...extractor } = parseEnv(
    {
      ...consumerConfigShape('MNEME_GRAPH_EXTRACTOR', 500),
      modelTimeoutMs: ['MNEME_GRAPH_EXTRACTOR_MODEL_TIMEOUT_MS', integerFrom(100, 60_000, 10_000)],
    },
    env,
  );
  return {
    extractor,
    modelTimeoutMs,
    factGraph: parseEnv(consumerConfigShape('MNEME_FACT_GRAPH', 500), env),
  };
}
