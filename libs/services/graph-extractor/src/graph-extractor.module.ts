import { type DynamicModule, Module } from '@nestjs/common';
import { TOPICS } from '@mneme/events';
import {
  type Catalogue,
  CATALOGUE,
  type Clock,
  CLOCK,
  type ErasableStore,
  EVENT_LOG,
  type EventLog,
  FACT_GRAPH,
  type FactGraph,
  LANGUAGE_MODEL,
  type LanguageModel,
  MEMORY_VERSIONS,
  type MemoryVersions,
} from '@mneme/ports';
import {
  type ConsumerConfig,
  consumerLanguageModel,
  ConsumerRunner,
  Keyring,
  Logger,
  type MemoryChange,
  Metrics,
  observerOf,
  type ProjectionFactory,
  type RecordHandler,
} from '@mneme/platform';
import { ExtractFacts } from './extract-facts.js';
import type { GraphExtractorConfig } from './graph-extractor.config.js';
import { ProjectFacts } from './project-facts.js';

export const GRAPH_EXTRACTOR_RUNNER = Symbol('GraphExtractorRunner');
export const FACT_GRAPH_RUNNER = Symbol('FactGraphRunner');
/** `ProjectionFactory` of the fact graph. */
export const GRAPH_PROJECTIONS = Symbol('GraphProjections');

/** Provides the runners of the groups `graph-extractor` and `fact-graph`. */
@Module({})
export class GraphExtractorModule {
  static register(config: GraphExtractorConfig): DynamicModule {
    const extractor = {
      provide: GRAPH_EXTRACTOR_RUNNER,
      inject: [LANGUAGE_MODEL, MEMORY_VERSIONS, ...PARTS],
      useFactory: (languageModel: LanguageModel, versions: MemoryVersions, ...parts: RunnerParts) => {
        const [log, keyring, , metrics] = parts;
        const observer = {
          extracted: (predicate: string) => metrics.increment('mneme_facts_extracted_total', { predicate }),
          refused: (reason: string) => metrics.increment('mneme_commands_refused_total', { reason }),
        };
        const { modelTimeoutMs } = config;
        const model = consumerLanguageModel(languageModel, { timeoutMs: modelTimeoutMs, metrics });
        return runnerOf(
          new ExtractFacts({ log, keyring, versions, model, modelTimeoutMs, observer }),
          ['graph-extractor', config.extractor],
          parts,
        );
      },
    };
    const factGraph = {
      provide: FACT_GRAPH_RUNNER,
      inject: [FACT_GRAPH, CATALOGUE, ...PARTS],
      useFactory: (graph: FactGraph & ErasableStore, catalogue: Catalogue, ...parts: RunnerParts) =>
        runnerOf(new ProjectFacts(graph, catalogue), ['fact-graph', config.factGraph], parts),
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

const PARTS = [EVENT_LOG, Keyring, CLOCK, Metrics, Logger];
type RunnerParts = [EventLog, Keyring, Clock, Metrics, Logger];

function runnerOf(
  handler: RecordHandler<MemoryChange>,
  [group, config]: readonly [string, ConsumerConfig],
  [log, keyring, clock, metrics, logger]: RunnerParts,
): ConsumerRunner<MemoryChange> {
  const options = { group, topic: TOPICS.memories.name, ...config };
  return new ConsumerRunner({ log, keyring, clock, observer: observerOf(metrics, logger) }, handler, options);
}
