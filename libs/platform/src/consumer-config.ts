import { integerFrom, type Shape } from './config.js';
import type { ConsumerRunnerOptions } from './consumer-runner.js';
import { DEFAULT_RETRY } from './retry-in-place.js';

/** No batch of any group is larger, whatever is configured. */
export const BATCH_RECORDS_MAX = 5_000;

/** What may be set of a consumer. */
export type ConsumerConfig = Pick<ConsumerRunnerOptions, 'batchRecordsMax' | 'lingerMs' | 'heartbeatMs' | 'retry'>;

/** Settings below `prefix`: `<prefix>_BATCH_RECORDS_MAX`. */
export function consumerConfigShape(prefix: string, batchRecordsMax: number): Shape<ConsumerConfig> {
  return {
    batchRecordsMax: [`${prefix}_BATCH_RECORDS_MAX`, integerFrom(1, BATCH_RECORDS_MAX, batchRecordsMax)],
    lingerMs: [`${prefix}_LINGER_MS`, integerFrom(0, 5_000, 500)],
    heartbeatMs: [`${prefix}_HEARTBEAT_MS`, integerFrom(100, 60_000, 3_000)],
    retry: [
      `${prefix}_BACKOFF_MAX_MS`,
      (value) => ({
        ...DEFAULT_RETRY,
        backoffMaxMs: integerFrom(DEFAULT_RETRY.backoffMinMs, 300_000, DEFAULT_RETRY.backoffMaxMs)(value),
      }),
    ],
  };
}
