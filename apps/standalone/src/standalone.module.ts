import { type DynamicModule, Module } from '@nestjs/common';
import { EmbedderModule } from '@mneme/embedder-service';
import { ErasureModule } from '@mneme/erasure-service';
import { IngestModule } from '@mneme/ingest-service';
import { MaintenanceModule } from '@mneme/maintenance-service';
import { HealthController } from '@mneme/platform';
import { RetrievalModule } from '@mneme/retrieval-service';
import { type Engines, EnginesModule, type Observability } from '@mneme/wiring';
import { WriteFilterModule } from '@mneme/write-filter-service';
import { diskBytesOf } from './disk-bytes.js';
import type { StandaloneConfigs } from './start-standalone.js';
import { VERSION } from './version.js';

/** Every service over one set of engines. */
@Module({})
export class StandaloneModule {
  static register(configs: StandaloneConfigs, engines: Engines, observability: Observability): DynamicModule {
    const { dataDirectory } = configs.engines;
    const { housekeepingMs } = configs.standalone;
    const projections = EmbedderModule.register(configs.embedder);
    const diskBytes = () => diskBytesOf(dataDirectory);
    return {
      module: StandaloneModule,
      controllers: [HealthController],
      imports: [
        EnginesModule.register(engines, observability, configs.jwt),
        IngestModule.register(configs.ingest),
        WriteFilterModule.register(configs.writeFilter),
        projections,
        RetrievalModule.register(configs.retrieval),
        ErasureModule.register(configs.erasure),
        MaintenanceModule.register({ version: VERSION, dataDirectory, diskBytes, housekeepingMs, projections }),
      ],
    };
  }
}
