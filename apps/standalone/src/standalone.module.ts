import { type DynamicModule, Module } from '@nestjs/common';
import { EMBEDDER_PROJECTIONS, EmbedderModule } from '@mneme/embedder-service';
import { ErasureModule } from '@mneme/erasure-service';
import { GRAPH_PROJECTIONS, GraphExtractorModule } from '@mneme/graph-extractor-service';
import { commandsOpenApi, IngestModule, ingestOpenApi } from '@mneme/ingest-service';
import { type Consumers, MaintenanceModule, QuarantineModule } from '@mneme/maintenance-service';
import {
  DocsController,
  HealthController,
  OPENAPI_DOCUMENT,
  openApiDocument,
  type OpenApiPart,
  platformOpenApi,
} from '@mneme/platform';
import { RetrievalModule, sessionsOpenApi } from '@mneme/retrieval-service';
import { type Engines, EnginesModule, type Observability } from '@mneme/wiring';
import { diskBytesOf, diskFreeOf } from './disk-bytes.js';
import type { StandaloneConfigs } from './standalone-configs.js';
import { VERSION } from './version.js';

export type Surroundings = Observability & { readonly consumers: Consumers };

/** The services that take requests; the embedder's projections are here for replays, its consumers are not started. */
@Module({})
export class StandaloneModule {
  static register(configs: StandaloneConfigs, engines: Engines, around: Surroundings): DynamicModule {
    const { consumers, ...observability } = around;
    const { dataDirectory } = configs.engines;
    const { housekeepingMs } = configs.standalone;
    const embedder = EmbedderModule.register(configs.embedder);
    const graphExtractor = GraphExtractorModule.register(configs.graphExtractor);
    const projections = [
      { module: embedder, token: EMBEDDER_PROJECTIONS },
      { module: graphExtractor, token: GRAPH_PROJECTIONS },
    ];
    const diskBytes = () => diskBytesOf(dataDirectory);
    const diskFree = () => diskFreeOf(dataDirectory);
    const { maintenance: config } = configs;
    const maintenance = {
      version: VERSION,
      dataDirectory,
      diskBytes,
      diskFree,
      vectorModels: () => engines.stores.vectorModels(),
      housekeepingMs,
      projections,
      config,
      consumers,
    };
    return {
      module: StandaloneModule,
      controllers: [HealthController, DocsController],
      providers: [{ provide: OPENAPI_DOCUMENT, useValue: openApiDocument(VERSION, openApiParts(configs)) }],
      imports: [
        EnginesModule.register(engines, observability, configs.jwt),
        IngestModule.register(configs.ingest),
        embedder,
        graphExtractor,
        RetrievalModule.register(configs.retrieval),
        ErasureModule.register(configs.erasure),
        QuarantineModule.register(),
        MaintenanceModule.register(maintenance),
      ],
    };
  }
}

/** What this process serves over HTTP. */
function openApiParts({ ingest }: StandaloneConfigs): readonly OpenApiPart[] {
  return [ingestOpenApi(ingest.limits), commandsOpenApi(ingest.limits), sessionsOpenApi, platformOpenApi];
}
