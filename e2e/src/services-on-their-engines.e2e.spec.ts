import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EMBEDDER_CONSUMERS, EmbedderModule, parseEmbedderConfig } from '@mneme/embedder-service';
import { ErasureModule, parseErasureConfig, RunErasures } from '@mneme/erasure-service';
import { GRAPH_CONSUMERS, GraphExtractorModule, parseGraphExtractorConfig } from '@mneme/graph-extractor-service';
import { AcceptTurns, IngestModule, parseIngestConfig } from '@mneme/ingest-service';
import {
  CONSUMERS_ELSEWHERE,
  Housekeeping,
  MaintenanceModule,
  parseMaintenanceConfig,
  QuarantineModule,
} from '@mneme/maintenance-service';
import { Logger, Metrics, Readiness } from '@mneme/platform';
import { parseRetrievalConfig, Recall, RetrievalModule } from '@mneme/retrieval-service';
import {
  type EngineName,
  type Engines,
  ENGINES_OF,
  EnginesModule,
  enginesOf,
  type Extra,
  type OpenEngines,
  openEngines,
  parseEnginesConfig,
  type ServiceName,
} from '@mneme/wiring';
import { parseWriteFilterConfig, WRITE_FILTER_CONSUMERS, WriteFilterModule } from '@mneme/write-filter-service';

type Token = symbol | (new (...parts: never[]) => unknown);
interface Case {
  readonly service: ServiceName;
  readonly modules: readonly DynamicModule[];
  readonly asksFor: readonly Token[];
  /** One of these is missing, and it can no longer be built. */
  readonly without: readonly EngineName[];
}

const maintenance = MaintenanceModule.register({
  version: '0',
  dataDirectory: 'engines',
  vectorModels: () => [],
  projections: [],
  consumers: CONSUMERS_ELSEWHERE,
  config: parseMaintenanceConfig({}),
});
const tokensOf = (consumers: readonly (readonly [string, symbol])[]) => consumers.map(([, token]) => token);
const CASES: readonly Case[] = [
  {
    service: 'ingest',
    modules: [IngestModule.register(parseIngestConfig({}))],
    asksFor: [AcceptTurns],
    without: ['redis'],
  },
  {
    service: 'write-filter',
    modules: [WriteFilterModule.register(parseWriteFilterConfig({}))],
    asksFor: tokensOf(WRITE_FILTER_CONSUMERS),
    without: [],
  },
  {
    service: 'embedder',
    modules: [EmbedderModule.register(parseEmbedderConfig({}))],
    asksFor: tokensOf(EMBEDDER_CONSUMERS),
    without: ['qdrant'],
  },
  {
    service: 'graph-extractor',
    modules: [GraphExtractorModule.register(parseGraphExtractorConfig({}))],
    asksFor: tokensOf(GRAPH_CONSUMERS),
    without: ['neo4j'],
  },
  {
    service: 'retrieval',
    modules: [RetrievalModule.register(parseRetrievalConfig({}))],
    asksFor: [Recall],
    without: ['qdrant', 'neo4j', 'redis'],
  },
  {
    service: 'erasure',
    modules: [ErasureModule.register(parseErasureConfig({}))],
    asksFor: [RunErasures],
    without: ['qdrant', 'neo4j', 'redis'],
  },
  {
    service: 'maintenance',
    modules: [maintenance, QuarantineModule.register()],
    asksFor: [Housekeeping],
    without: ['qdrant', 'neo4j', 'redis'],
  },
];

@Module({})
class ServiceModule {}

describe('each service on the engines that it opens', () => {
  const around = { logger: new Logger('silent'), metrics: new Metrics(), readiness: new Readiness() };
  let engines: Engines;
  const opened: INestApplicationContext[] = [];
  beforeAll(async () => {
    engines = await openEngines(parseEnginesConfig({ MNEME_DATA_DIR: ':memory:' }), around);
  });
  afterAll(async () => {
    for (const app of opened) await app.close();
    await engines.close();
  });

  const build = async ({ service, modules, asksFor }: Case, opens: readonly EngineName[] = enginesOf(service)) => {
    const imports = [EnginesModule.register(partOf(engines, opens, ENGINES_OF[service].also), around), ...modules];
    const options = { logger: false as const, abortOnError: false };
    const app = await NestFactory.createApplicationContext({ module: ServiceModule, imports }, options);
    opened.push(app);
    return asksFor.map((token) => app.get<unknown>(token, { strict: false }));
  };

  it.each(CASES)('$service has all that it asks for', async (one) => {
    const parts = await build(one);
    expect(parts).toHaveLength(one.asksFor.length);
    expect(parts).not.toContain(undefined);
  });

  it.each(CASES.flatMap((one) => one.without.map((engine) => ({ service: one.service, engine, one }))))(
    '$service cannot be built without $engine',
    async ({ engine, one }) => {
      const opens = enginesOf(one.service).filter((name) => name !== engine);
      await expect(build(one, opens)).rejects.toThrow(/resolve dependencies/);
    },
  );

  it('is all of them', () => {
    const alone = Object.keys(ENGINES_OF).filter((service) => service !== 'standalone');
    expect(CASES.map(({ service }) => service).sort()).toEqual(alone.sort());
  });
});

/** The ports of some engines, as a process has them that has opened these. */
function partOf(engines: Engines, opens: readonly EngineName[], also: readonly Extra[]): OpenEngines {
  const { vectorIndex, vectorSurvey, factGraph, sessionStore, ...always } = engines.stores;
  return {
    ...engines,
    stores: {
      ...always,
      ...(opens.includes('qdrant') ? { vectorIndex, vectorSurvey } : {}),
      ...(opens.includes('neo4j') ? { factGraph } : {}),
      ...(opens.includes('redis') ? { sessionStore } : {}),
    },
    embedder: also.includes('embedder') ? engines.embedder : undefined,
    languageModel: also.includes('language-model') ? engines.languageModel : undefined,
    webhookCaller: also.includes('webhooks') ? engines.webhookCaller : undefined,
  };
}
