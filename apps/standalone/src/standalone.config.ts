import {
  type Address,
  addressOr,
  type Env,
  integerFrom,
  LOG_LEVELS,
  type LogLevel,
  oneOf,
  parseEnv,
} from '@mneme/platform';

export interface StandaloneConfig {
  readonly grpc: Address;
  readonly http: Address;
  readonly logLevel: LogLevel;
  /** How long a stop may take. */
  readonly drainMsMax: number;
  readonly housekeepingMs: number;
}

/** Reads `MNEME_GRPC_ADDRESS`, `MNEME_HTTP_ADDRESS`, `MNEME_LOG_LEVEL` and so on. @throws InvalidInput. */
export function parseStandaloneConfig(env: Env): StandaloneConfig {
  return parseEnv(
    {
      grpc: ['MNEME_GRPC_ADDRESS', addressOr('127.0.0.1:7301')],
      http: ['MNEME_HTTP_ADDRESS', addressOr('127.0.0.1:7300')],
      logLevel: ['MNEME_LOG_LEVEL', oneOf(LOG_LEVELS, 'warn')],
      drainMsMax: ['MNEME_DRAIN_MS_MAX', integerFrom(100, 120_000, 10_000)],
      housekeepingMs: ['MNEME_HOUSEKEEPING_MS', integerFrom(1_000, 86_400_000, 600_000)],
    },
    env,
  );
}
