import { type DynamicModule, Module } from '@nestjs/common';
import {
  type Catalogue,
  CATALOGUE,
  type Clock,
  CLOCK,
  type Embedder,
  EMBEDDER,
  EVENT_LOG,
  type EventLog,
  FACT_GRAPH,
  type FactGraph,
  SESSION_STORE,
  type SessionStore,
  VECTOR_INDEX,
  type VectorIndex,
} from '@mneme/ports';
import { AuthGuard, Keyring, Metrics } from '@mneme/platform';
import { BuildContext } from './build-context.js';
import { MemoryOpener } from './memory-view.js';
import { PublishRecalls } from './publish-recalls.js';
import { ReadGraph } from './read-graph.js';
import { ReadMemories } from './read-memories.js';
import { Recall } from './recall.js';
import type { RetrievalConfig } from './retrieval.config.js';
import { RetrievalController } from './retrieval.controller.js';
import { HttpSessionsController } from './http-sessions.controller.js';
import { sessionProviders } from './sessions/session-providers.js';
import { SessionsController } from './sessions.controller.js';
import { WaitFor } from './wait-for.js';

/** Serves `Retrieval` and `Sessions` over gRPC, `/v1/sessions` over HTTP. */
@Module({})
export class RetrievalModule {
  static register(config: RetrievalConfig): DynamicModule {
    const shared = [
      {
        provide: MemoryOpener,
        inject: [Keyring, Metrics],
        useFactory: (keyring: Keyring, metrics: Metrics) => new MemoryOpener(keyring, metrics),
      },
      {
        provide: WaitFor,
        inject: [CATALOGUE],
        useFactory: (catalogue: Catalogue) => new WaitFor(catalogue, config.limits),
      },
    ];
    return {
      module: RetrievalModule,
      controllers: [RetrievalController, SessionsController, HttpSessionsController],
      providers: [
        ...shared,
        ...sessionProviders(config),
        eventsProvider(config),
        recallProvider(config),
        readsProvider(config),
        graphProvider(config),
        contextProvider(config),
      ],
    };
  }
}

type Rest = [Embedder, Metrics, PublishRecalls, ...Shared];
type Shared = [AuthGuard, Keyring, Catalogue, Clock, MemoryOpener, WaitFor];
const SHARED = [AuthGuard, Keyring, CATALOGUE, CLOCK, MemoryOpener, WaitFor];

function recallProvider(config: RetrievalConfig) {
  return {
    provide: Recall,
    inject: [VECTOR_INDEX, FACT_GRAPH, EMBEDDER, Metrics, PublishRecalls, ...SHARED],
    useFactory: (vectorIndex: VectorIndex, factGraph: FactGraph, ...[embedder, metrics, events, ...shared]: Rest) =>
      new Recall({ vectorIndex, factGraph, embedder, metrics, events, ...named(shared) }, config),
  };
}

function eventsProvider(config: RetrievalConfig) {
  return {
    provide: PublishRecalls,
    inject: [EVENT_LOG, Metrics],
    useFactory: (log: EventLog, metrics: Metrics) => new PublishRecalls(log, metrics, config),
  };
}

function readsProvider(config: RetrievalConfig) {
  return {
    provide: ReadMemories,
    inject: [SESSION_STORE, ...SHARED],
    useFactory: (sessionStore: SessionStore, ...shared: Shared) =>
      new ReadMemories({ sessionStore, ...named(shared) }, config.limits),
  };
}

function graphProvider(config: RetrievalConfig) {
  return {
    provide: ReadGraph,
    inject: [FACT_GRAPH, ReadMemories, Metrics, ...SHARED],
    useFactory: (factGraph: FactGraph, memories: ReadMemories, metrics: Metrics, ...shared: Shared) =>
      new ReadGraph({ factGraph, memories, metrics, ...named(shared) }, config.limits),
  };
}

type Parts = [SessionStore, Recall, ReadGraph, PublishRecalls];

function contextProvider(config: RetrievalConfig) {
  return {
    provide: BuildContext,
    inject: [SESSION_STORE, Recall, ReadGraph, PublishRecalls, ...SHARED],
    useFactory: (...[sessionStore, recalls, graph, events, ...shared]: [...Parts, ...Shared]) =>
      new BuildContext({ sessionStore, recalls, graph, events, ...named(shared) }, config),
  };
}

function named([guard, keyring, catalogue, clock, opener, waitFor]: Shared) {
  return { guard, keyring, catalogue, clock, opener, waitFor };
}
