import { TOPICS } from '@mneme/events';
import { RUNNER_PARTS, runnerOf, type RunnerParts } from '@mneme/platform';
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
    inject: [RecentRecalls, ...RUNNER_PARTS],
    useFactory: (recent: RecentRecalls, ...parts: RunnerParts) => {
      const handler = new HearRecalls(recent);
      const place = { group: HEAR_RECALLS_GROUP, topic: TOPICS.recalls.name, config: config.consumer };
      const runner = runnerOf(handler, place, parts);
      const [log] = parts;
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
