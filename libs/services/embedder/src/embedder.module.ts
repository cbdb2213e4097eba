import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import {
  ACCESS_COUNTS,
  type AccessCounts,
  type Catalogue,
  CATALOGUE,
  type Clock,
  CLOCK,
  type Embedder,
  EMBEDDER,
  type ErasableStore,
  EVENT_LOG,
  type EventLog,
  VECTOR_INDEX,
  type VectorIndex,
} from '@mneme/ports';
import {
  type ConsumerConfig,
  ConsumerRunner,
  Keyring,
  Logger,
  type MemoryChange,
  Metrics,
  observerOf,
  type ProjectionFactory,
  type RecordHandler,
} from '@mneme/platform';
import { CountAccesses } from './count-accesses.js';
import { EmbedMemories } from './embed-memories.js';
import type { EmbedderConfig } from './embedder.config.js';
import { ProjectCatalogue } from './project-catalogue.js';

export const ACCESS_COUNTS_RUNNER = Symbol('AccessCountsRunner');
export const CATALOGUE_RUNNER = Symbol('CatalogueRunner');
export const EMBEDDER_RUNNER = Symbol('EmbedderRunner');
/** `ProjectionFactory` of both. */
export const EMBEDDER_PROJECTIONS = Symbol('EmbedderProjections');

/** Provides the runners of the groups `catalogue` and `embedder`, and of `access-counts`, which has the catalogue's settings. */
@Module({})
export class EmbedderModule {
  static register(config: EmbedderConfig): DynamicModule {
    const catalogue = {
      provide: CATALOGUE_RUNNER,
      inject: [CATALOGUE, EVENT_LOG, Keyring, CLOCK, Metrics, Logger],
      useFactory: (store: Catalogue & ErasableStore, ...rest: RunnerParts) =>
        runnerOf(new ProjectCatalogue(store), ['catalogue', config.catalogue], rest),
    };
    const embedder = {
      provide: EMBEDDER_RUNNER,
      inject: [CATALOGUE, VECTOR_INDEX, EMBEDDER, EVENT_LOG, Keyring, CLOCK, Metrics, Logger],
      useFactory: (
        store: Catalogue,
        vectorIndex: VectorIndex & ErasableStore,
        model: Embedder,
        ...rest: RunnerParts
      ) => {
        const handler = new EmbedMemories({ catalogue: store, vectorIndex, embedder: model, keyring: rest[1] });
        return runnerOf(handler, ['embedder', config.embedder], rest);
      },
    };
    const accessCounts = {
      provide: ACCESS_COUNTS_RUNNER,
      inject: [ACCESS_COUNTS, EVENT_LOG, Keyring, CLOCK, Metrics, Logger],
      useFactory: (counts: AccessCounts, ...[log, keyring, clock, metrics, logger]: RunnerParts) => {
        const options = { group: 'access-counts', topic: TOPICS.recalls.name, ...config.catalogue };
        const observer = observerOf(metrics, logger);
        return new ConsumerRunner({ log, keyring, clock, observer }, new CountAccesses(counts), options);
      },
    };
    const providers = [catalogue, embedder, accessCounts, projectionsProvider];
    return { module: EmbedderModule, providers, exports: providers };
  }
}

// A replay projects through the same handlers into stores of its own.
const projectionsProvider = {
  provide: EMBEDDER_PROJECTIONS,
  inject: [EMBEDDER, Keyring],
  useFactory:
    (embedder: Embedder, keyring: Keyring): ProjectionFactory =>
    ({ catalogue, vectorIndex }) => [
      new ProjectCatalogue(catalogue),
      new EmbedMemories({ catalogue, vectorIndex, embedder, keyring }),
    ],
};

type RunnerParts = [EventLog, Keyring, Clock, Metrics, Logger];

function runnerOf(
  handler: RecordHandler<MemoryChange>,
  [group, config]: readonly [string, ConsumerConfig],
  [log, keyring, clock, metrics, logger]: RunnerParts,
): ConsumerRunner<MemoryChange> {
  const options = { group, topic: TOPICS.memories.name, ...config };
  return new ConsumerRunner({ log, keyring, clock, observer: observerOf(metrics, logger) }, handler, options);
}
