import { type ConsumerConfig, consumerConfigShape, integerFrom, parseEnv } from '@mneme/platform';

export interface WriteFilterConfig {
  readonly consumer: ConsumerConfig;
  /** How long a language model may take for one request; a batch waits for at most twice as long. */
  readonly modelTimeoutMs: number;
}

/** Reads `MNEME_WRITE_FILTER_*`. @throws InvalidInput with every problem at once. */
export function parseWriteFilterConfig(env: Readonly<Record<string, string | undefined>>): WriteFilterConfig {
  const { modelTimeoutMs, ...consumer } = parseEnv(
    {
      ...consumerConfigShape('MNEME_WRITE_FILTER', 500),
      modelTimeoutMs: ['MNEME_WRITE_FILTER_MODEL_TIMEOUT_MS', integerFrom(100, 60_000, 10_000)],
    },
    env,
  );
  return { consumer, modelTimeoutMs };
}
