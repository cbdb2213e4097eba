import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import { RUNNER_PARTS, runnerOf, type RunnerParts } from '@mneme/platform';
import { FilterTurns } from './filter-turns.js';
import type { WriteFilterConfig } from './write-filter.config.js';

export const WRITE_FILTER = Symbol('WriteFilter');

/** Provides the runner of the group `write-filter` under `WRITE_FILTER`. */
@Module({})
export class WriteFilterModule {
  static register(config: WriteFilterConfig): DynamicModule {
    const provider = {
      provide: WRITE_FILTER,
      inject: RUNNER_PARTS,
      useFactory: (...parts: RunnerParts) => {
        const [log, keyring, , metrics] = parts;
        const handler = new FilterTurns(log, keyring, {
          kept: (flags) => {
            metrics.increment('mneme_turns_kept_total');
            for (const flag of flags) metrics.increment('mneme_turn_flags_total', { flag });
          },
          dropped: (reason) => metrics.increment('mneme_turns_dropped_total', { reason }),
        });
        const place = { group: 'write-filter', topic: TOPICS.turns.name, config: config.consumer };
        return runnerOf(handler, place, parts);
      },
    };
    return { module: WriteFilterModule, providers: [provider], exports: [provider] };
  }
}
