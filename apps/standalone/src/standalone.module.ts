import { type DynamicModule, Module } from '@nestjs/common';
import { EMBEDDER_PROJECTIONS, EmbedderModule } from '@mneme/embedder-service';
import { ErasureModule } from '@mneme/erasure-service';
import { GRAPH_PROJECTIONS, GraphExtractorModule } from '@mneme/graph-extractor-service';
import { commandsOpenApi, IngestModule, ingestOpenApi } from '@mneme/ingest-service';
import { type Consumers, MaintenanceModule, OperationsModule, QuarantineModule } from '@mneme/maintenance-service';
import { DocsModule, HealthController, type OpenApiPart, VERSION } from '@mneme/platform';
import { RetrievalModule, sessionsOpenApi } from '@mneme/retrieval-service';
import { type Engines, EnginesModule, type Observability } from '@mneme/wiring';
import { diskBytesOf, diskFreeOf } from './disk-bytes.js';
import type { StandaloneConfigs } from './standalone-configs.js';

export type Surroundings = Observability & { readonly consumers: Consumers };

const CHECK_TIMEOUT_MS = 3_000;

/** The services that take requests; the embedder's projections are here for replays, its consumers are not started. */
@Module({})
export class StandaloneModule {
  static register(configs: StandaloneConfigs, engines: Engines, around: Surroundings): DynamicModule {
    const { consumers, ...observability } = around;
    const embedder = EmbedderModule.register(configs.embedder);
    const graphExtractor = GraphExtractorModule.register(configs.graphExtractor);
    const projections = [
      { module: embedder, token: EMBEDDER_PROJECTIONS },
      { module: graphExtractor, token: GRAPH_PROJECTIONS },
    ];
    const { maintenance: config } = configs;
    const maintenance = {
      version: VERSION,
      ...whereDataIs(configs.engines, engines),
      vectorModels: () => engines.vectorModels(),
      projections,
      config,
      consumers,
    };
    return {
      module: StandaloneModule,
      controllers: [HealthController],
      imports: [
        EnginesModule.register(engines, observability, configs.jwt),
        IngestModule.register(configs.ingest),
        embedder,
        graphExtractor,
        RetrievalModule.register(configs.retrieval),
        ErasureModule.register(configs.erasure),
        DocsModule.register(openApiParts(configs)),
        QuarantineModule.register(),
        OperationsModule.register(),
        MaintenanceModule.register(maintenance),
      ],
    };
  }
}

function whereDataIs({ profile, dataDirectory }: StandaloneConfigs['engines'], engines: Engines) {
  if (profile === 'distributed') {
    const engineFaults = () => engines.check(AbortSignal.timeout(CHECK_TIMEOUT_MS));
    return { dataDirectory: engines.places, engineFaults };
  }
  return { dataDirectory, diskBytes: () => diskBytesOf(dataDirectory), diskFree: () => diskFreeOf(dataDirectory) };
}

/** What this process serves over HTTP. */
function openApiParts({ ingest }: StandaloneConfigs): readonly OpenApiPart[] {
  return [ingestOpenApi(ingest.limits), commandsOpenApi(ingest.limits), sessionsOpenApi];
}
