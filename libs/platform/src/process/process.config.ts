import { type Address, addressOr, type Env, integerFrom, oneOf, parseEnv } from '../config.js';
import { LOG_LEVELS, type LogLevel } from '../logger.js';

/** What every process is told, whatever it serves. */
export interface ProcessConfig {
  /** Not listened on by a process that serves nothing over gRPC. */
  readonly grpc: Address;
  /** Health, metrics and, of ingest, turns. */
  readonly http: Address;
  readonly logLevel: LogLevel;
  /** How long a stop may take. */
  readonly drainMsMax: number;
}

/** Reads `MNEME_GRPC_ADDRESS`, `MNEME_HTTP_ADDRESS`, `MNEME_LOG_LEVEL` and `MNEME_DRAIN_MS_MAX`. @throws InvalidInput. */
export function parseProcessConfig(env: Env): ProcessConfig {
  return parseEnv<ProcessConfig>(
    {
      grpc: ['MNEME_GRPC_ADDRESS', addressOr('127.0.0.1:7301')],
      http: ['MNEME_HTTP_ADDRESS', addressOr('127.0.0.1:7300')],
      logLevel: ['MNEME_LOG_LEVEL', oneOf(LOG_LEVELS, 'warn')],
      drainMsMax: ['MNEME_DRAIN_MS_MAX', integerFrom(100, 120_000, 10_000)],
    },
    env,
  );
}
