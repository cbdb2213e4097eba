import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import {
  type Catalogue,
  CATALOGUE,
  type ErasableStore,
  FACT_GRAPH,
  type FactGraph,
  LANGUAGE_MODEL,
  type LanguageModel,
  MEMORY_VERSIONS,
  type MemoryVersions,
} from '@mneme/ports';
import {
  consumerLanguageModel,
  type NamedConsumer,
  type ProjectionFactory,
  RUNNER_PARTS,
  runnerOf,
  type RunnerParts,
} from '@mneme/platform';
import { ExtractFacts } from './extract-facts.js';
import type { GraphExtractorConfig } from './graph-extractor.config.js';
import { ProjectFacts } from './project-facts.js';

export const GRAPH_EXTRACTOR_RUNNER = Symbol('GraphExtractorRunner');
export const FACT_GRAPH_RUNNER = Symbol('FactGraphRunner');
export const GRAPH_CONSUMERS: readonly NamedConsumer[] = [
  ['fact-graph', FACT_GRAPH_RUNNER],
  ['graph-extractor', GRAPH_EXTRACTOR_RUNNER],
];
/** `ProjectionFactory` of the fact graph. */
export const GRAPH_PROJECTIONS = Symbol('GraphProjections');

/** Provides the runners of the groups `graph-extractor` and `fact-graph`. */
@Module({})
export class GraphExtractorModule {
  static register(config: GraphExtractorConfig): DynamicModule {
    const extractor = {
      provide: GRAPH_EXTRACTOR_RUNNER,
      inject: [LANGUAGE_MODEL, MEMORY_VERSIONS, ...RUNNER_PARTS],
      useFactory: (languageModel: LanguageModel, versions: MemoryVersions, ...parts: RunnerParts) => {
        const [log, keyring, , metrics] = parts;
        const observer = {
          extracted: (predicate: string) => metrics.increment('mneme_facts_extracted_total', { predicate }),
          refused: (reason: string) => metrics.increment('mneme_commands_refused_total', { reason }),
        };
        const { modelTimeoutMs } = config;
        const model = consumerLanguageModel(languageModel, { timeoutMs: modelTimeoutMs, metrics });
        const handler = new ExtractFacts({ log, keyring, versions, model, modelTimeoutMs, observer });
        const place = { group: 'graph-extractor', topic: TOPICS.memories.name, config: config.extractor };
        return runnerOf(handler, place, parts);
      },
    };
    const factGraph = {
      provide: FACT_GRAPH_RUNNER,
      inject: [FACT_GRAPH, CATALOGUE, ...RUNNER_PARTS],
      useFactory: (graph: FactGraph & ErasableStore, catalogue: Catalogue, ...parts: RunnerParts) => {
        const place = { group: 'fact-graph', topic: TOPICS.memories.name, config: config.factGraph };
        return runnerOf(new ProjectFacts(graph, catalogue), place, parts);
      },
    };
    const providers = [extractor, factGraph, projectionsProvider];
    return { module: GraphExtractorModule, providers, exports: providers };
  }
}

// A replay projects through the same handler into stores of its own.
const projectionsProvider = {
  provide: GRAPH_PROJECTIONS,
  useFactory:
    (): ProjectionFactory =>
    ({ catalogue, factGraph }) => [new ProjectFacts(factGraph, catalogue)],
};
