import type { TopicName } from '@mneme/events';
import { type Clock, CLOCK, EVENT_LOG, type EventLog } from '@mneme/ports';
import type { ConsumerConfig } from './consumer-config.js';
import { observerOf } from './consumer-observer.js';
import { ConsumerRunner, type RecordHandler } from './consumer-runner.js';
import { Keyring } from './keyring.js';
import { Logger } from './logger.js';
import { Metrics } from './metrics.js';

/** What a container injects for `runnerOf`, in its order. */
export const RUNNER_PARTS = [EVENT_LOG, Keyring, CLOCK, Metrics, Logger];
export type RunnerParts = readonly [EventLog, Keyring, Clock, Metrics, Logger];

/** The runner of a group, as every service builds it: counted, logged, configured. */
export function runnerOf<E>(
  handler: RecordHandler<E>,
  { group, topic, config }: { readonly group: string; readonly topic: TopicName; readonly config: ConsumerConfig },
  [log, keyring, clock, metrics, logger]: RunnerParts,
): ConsumerRunner<E> {
  const ports = { log, keyring, clock, observer: observerOf(metrics, logger) };
  return new ConsumerRunner(ports, handler, { group, topic, ...config });
}
