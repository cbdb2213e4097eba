import { type DynamicModule, Module } from '@nestjs/common';
import { type EmbedderConfig, EmbedderModule } from '@mneme/embedder-service';
import { type GraphExtractorConfig, GraphExtractorModule } from '@mneme/graph-extractor-service';
import { type Engines, EnginesModule, type Observability } from '@mneme/wiring';
import { type WriteFilterConfig, WriteFilterModule } from '@mneme/write-filter-service';

export interface PipelineConfigs {
  readonly writeFilter: WriteFilterConfig;
  readonly embedder: EmbedderConfig;
  readonly graphExtractor: GraphExtractorConfig;
}

/** The services that consume the log, over engines of their own. */
@Module({})
export class PipelineModule {
  static register(configs: PipelineConfigs, engines: Engines, observability: Observability): DynamicModule {
    return {
      module: PipelineModule,
      imports: [
        EnginesModule.register(engines, observability),
        WriteFilterModule.register(configs.writeFilter),
        EmbedderModule.register(configs.embedder),
        GraphExtractorModule.register(configs.graphExtractor),
      ],
    };
  }
}
