import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import {
  ACCESS_COUNTS,
  type AccessCounts,
  type Catalogue,
  CATALOGUE,
  type Embedder,
  EMBEDDER,
  type ErasableStore,
  VECTOR_INDEX,
  type VectorIndex,
} from '@mneme/ports';
import {
  Keyring,
  type NamedConsumer,
  type ProjectionFactory,
  RUNNER_PARTS,
  runnerOf,
  type RunnerParts,
} from '@mneme/platform';
import { CountAccesses } from './count-accesses.js';
import { EmbedMemories } from './embed-memories.js';
import type { EmbedderConfig } from './embedder.config.js';
import { ProjectCatalogue } from './project-catalogue.js';

export const ACCESS_COUNTS_RUNNER = Symbol('AccessCountsRunner');
export const CATALOGUE_RUNNER = Symbol('CatalogueRunner');
export const EMBEDDER_RUNNER = Symbol('EmbedderRunner');
export const EMBEDDER_CONSUMERS: readonly NamedConsumer[] = [
  ['catalogue', CATALOGUE_RUNNER],
  ['embedder', EMBEDDER_RUNNER],
  ['access-counts', ACCESS_COUNTS_RUNNER],
];
/** `ProjectionFactory` of both. */
export const EMBEDDER_PROJECTIONS = Symbol('EmbedderProjections');

/** Provides the runners of the groups `catalogue` and `embedder`, and of `access-counts`, which has the catalogue's settings. */
@Module({})
export class EmbedderModule {
  static register(config: EmbedderConfig): DynamicModule {
    const catalogue = {
      provide: CATALOGUE_RUNNER,
      inject: [CATALOGUE, ...RUNNER_PARTS],
      useFactory: (store: Catalogue & ErasableStore, ...parts: RunnerParts) => {
        const place = { group: 'catalogue', topic: TOPICS.memories.name, config: config.catalogue };
        return runnerOf(new ProjectCatalogue(store), place, parts);
      },
    };
    const embedder = {
      provide: EMBEDDER_RUNNER,
      inject: [CATALOGUE, VECTOR_INDEX, EMBEDDER, ...RUNNER_PARTS],
      useFactory: (
        store: Catalogue,
        vectorIndex: VectorIndex & ErasableStore,
        model: Embedder,
        ...parts: RunnerParts
      ) => {
        const handler = new EmbedMemories({ catalogue: store, vectorIndex, embedder: model, keyring: parts[1] });
        return runnerOf(handler, { group: 'embedder', topic: TOPICS.memories.name, config: config.embedder }, parts);
      },
    };
    const accessCounts = {
      provide: ACCESS_COUNTS_RUNNER,
      inject: [ACCESS_COUNTS, ...RUNNER_PARTS],
      useFactory: (counts: AccessCounts, ...parts: RunnerParts) => {
        const place = { group: 'access-counts', topic: TOPICS.recalls.name, config: config.catalogue };
        return runnerOf(new CountAccesses(counts), place, parts);
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
