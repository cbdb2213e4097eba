import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import {
  LANGUAGE_MODEL,
  type LanguageModel,
  MEMORY_VERSIONS,
  type MemoryVersions,
  SUBJECT_TOPICS_INDEX,
  type SubjectTopics,
} from '@mneme/ports';
import {
  consumerLanguageModel,
  consumerSummarise,
  type NamedConsumer,
  RUNNER_PARTS,
  runnerOf,
  type RunnerParts,
} from '@mneme/platform';
import { FilterTurns } from './filter-turns.js';
import { RECALLS_HEARD, recallsHeardProvider, recentRecallsProvider } from './hear-recalls.module.js';
import { RecentRecalls } from './recent-recalls.js';
import type { WriteFilterConfig } from './write-filter.config.js';

export const WRITE_FILTER = Symbol('WriteFilter');
export const WRITE_FILTER_CONSUMERS: readonly NamedConsumer[] = [
  ['write-filter-recalls', RECALLS_HEARD],
  ['write-filter', WRITE_FILTER],
];

/** Provides the runner of the group `write-filter` under `WRITE_FILTER`, and under `RECALLS_HEARD` what it knows recalls by. */
@Module({})
export class WriteFilterModule {
  static register(config: WriteFilterConfig): DynamicModule {
    const provider = {
      provide: WRITE_FILTER,
      inject: [RecentRecalls, LANGUAGE_MODEL, MEMORY_VERSIONS, SUBJECT_TOPICS_INDEX, ...RUNNER_PARTS],
      useFactory: (
        recent: RecentRecalls,
        languageModel: LanguageModel,
        versions: MemoryVersions,
        topics: SubjectTopics,
        ...parts: RunnerParts
      ) => {
        const [log, keyring, , metrics] = parts;
        const observer = {
          kept: (flags: readonly string[]) => {
            metrics.increment('mneme_turns_kept_total');
            for (const flag of flags) metrics.increment('mneme_turn_flags_total', { flag });
          },
          held: (reason: string) => metrics.increment('mneme_turns_quarantined_total', { reason }),
          dropped: (reason: string) => metrics.increment('mneme_turns_dropped_total', { reason }),
          applied: (action: string) => metrics.increment('mneme_commands_applied_total', { action }),
          refused: (reason: string) => metrics.increment('mneme_commands_refused_total', { reason }),
          summarised: (outcome: string) => metrics.increment('mneme_session_ends_total', { outcome }),
        };
        const ports = { log, keyring, versions, topics };
        const { modelTimeoutMs } = config;
        const model = consumerLanguageModel(languageModel, { timeoutMs: modelTimeoutMs, metrics });
        const summarise = consumerSummarise(languageModel, { timeoutMs: modelTimeoutMs, metrics, keyring });
        const handler = new FilterTurns({ ...ports, model, modelTimeoutMs, summarise, recent, observer });
        const place = { group: 'write-filter', topic: TOPICS.turns.name, config: config.consumer };
        return runnerOf(handler, place, parts);
      },
    };
    const providers = [recentRecallsProvider, recallsHeardProvider, provider];
    return { module: WriteFilterModule, providers, exports: providers };
  }
}
