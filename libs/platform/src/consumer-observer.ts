import type { ConsumerObserver } from './consumer-runner.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { endProcess } from './process/end-process.js';

/** Counts what consumers do, and says aloud what somebody should look at. */
export function observerOf(metrics: Metrics, logger: Logger): ConsumerObserver {
  return {
    handled: (group, records) => metrics.increment('mneme_records_handled_total', { group }, records),
    refusedByFence: (group, records) => metrics.increment('mneme_records_refused_by_fence_total', { group }, records),
    retried: (group, code) => {
      metrics.increment('mneme_records_retried_total', { group, code });
      logger.warn('a consumer retries', { group, code });
    },
    deadLettered: (group, code, { topic, partition, offset }) => {
      metrics.increment('mneme_records_dead_lettered_total', { group, code });
      logger.error('a record went to the dead letters', { group, code, topic, partition, offset });
    },
    broke: (group, error) => {
      logger.error('a consumer ended and takes the process with it', { group, error });
      endProcess();
    },
  };
}
