import { TOPICS } from '@mneme/events';
import { type Clock, CLOCK, EVENT_LOG, type EventLog } from '@mneme/ports';
import { ConsumerRunner, Keyring, Logger, Metrics, observerOf } from '@mneme/platform';
import { HEAR_RECALLS_GROUP, HearRecalls } from './hear-recalls.js';
import { RecentRecalls } from './recent-recalls.js';
import type { WriteFilterConfig } from './write-filter.config.js';

/** What a composition root starts before the write-filter and stops after it. */
export const RECALLS_HEARD = Symbol('RecallsHeard');

export const recentRecallsProvider = { provide: RecentRecalls, useFactory: () => new RecentRecalls() };

/** The runner of the group `write-filter-recalls`, which reads again what it knew before a restart when it starts. */
export function recallsHeardProvider(config: WriteFilterConfig) {
  return {
    provide: RECALLS_HEARD,
    inject: [RecentRecalls, EVENT_LOG, Keyring, CLOCK, Metrics, Logger],
    useFactory: (recent: RecentRecalls, ...parts: [EventLog, Keyring, Clock, Metrics, Logger]) => {
      const [log, keyring, clock, metrics, logger] = parts;
      const handler = new HearRecalls(recent);
      const options = { group: HEAR_RECALLS_GROUP, topic: TOPICS.recalls.name, ...config.consumer };
      const runner = new ConsumerRunner(
        { log, keyring, clock, observer: observerOf(metrics, logger) },
        handler,
        options,
      );
      return {
        start: async () => {
          await handler.readAgain(log);
          await runner.start();
        },
        stop: () => runner.stop(),
      };
    },
  };
}
