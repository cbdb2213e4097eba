import { type ConsumerConfig, consumerConfigShape, parseEnv } from '@mneme/platform';

export interface WriteFilterConfig {
  readonly consumer: ConsumerConfig;
}

/** Reads `MNEME_WRITE_FILTER_*`. @throws InvalidInput with every problem at once. */
export function parseWriteFilterConfig(env: Readonly<Record<string, string | undefined>>): WriteFilterConfig {
  return { consumer: parseEnv(consumerConfigShape('MNEME_WRITE_FILTER', 500), env) };
}
