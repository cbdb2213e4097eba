import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import { type Clock, CLOCK, EVENT_LOG, type EventLog } from '@mneme/ports';
import { ConsumerRunner, Keyring, Logger, Metrics, observerOf } from '@mneme/platform';
import { FilterTurns } from './filter-turns.js';
import type { WriteFilterConfig } from './write-filter.config.js';

export const WRITE_FILTER = Symbol('WriteFilter');

/** Provides the runner of the group `write-filter` under `WRITE_FILTER`. */
@Module({})
export class WriteFilterModule {
  static register(config: WriteFilterConfig): DynamicModule {
    const provider = {
      provide: WRITE_FILTER,
      inject: [EVENT_LOG, Keyring, CLOCK, Metrics, Logger],
      useFactory: (log: EventLog, keyring: Keyring, clock: Clock, metrics: Metrics, logger: Logger) => {
        const handler = new FilterTurns(log, keyring, {
          kept: (flags) => {
            metrics.increment('mneme_turns_kept_total');
            for (const flag of flags) metrics.increment('mneme_turn_flags_total', { flag });
          },
          dropped: (reason) => metrics.increment('mneme_turns_dropped_total', { reason }),
        });
        const options = { group: 'write-filter', topic: TOPICS.turns.name, ...config.consumer };
        return new ConsumerRunner({ log, keyring, clock, observer: observerOf(metrics, logger) }, handler, options);
      },
    };
    return { module: WriteFilterModule, providers: [provider], exports: [provider] };
  }
}
