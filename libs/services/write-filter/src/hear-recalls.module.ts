import { EVENT_LOG, type EventLog } from '@mneme/ports';
import { Logger, Metrics } from '@mneme/platform';
import { HearRecalls } from './hear-recalls.js';
import { RecentRecalls } from './recent-recalls.js';

/** What a composition root starts before the write-filter and stops after it. */
export const RECALLS_HEARD = Symbol('RecallsHeard');

export const recentRecallsProvider = { provide: RecentRecalls, useFactory: () => new RecentRecalls() };

export const recallsHeardProvider = {
  provide: RECALLS_HEARD,
  inject: [RecentRecalls, EVENT_LOG, Metrics, Logger],
  useFactory: (recent: RecentRecalls, log: EventLog, ...[metrics, logger]: [Metrics, Logger]) =>
    new HearRecalls({ recent, log, metrics, logger }),
};
