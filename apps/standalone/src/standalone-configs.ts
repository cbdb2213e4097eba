import { type EmbedderConfig, parseEmbedderConfig } from '@mneme/embedder-service';
import { type ErasureConfig, parseErasureConfig } from '@mneme/erasure-service';
import { type GraphExtractorConfig, parseGraphExtractorConfig } from '@mneme/graph-extractor-service';
import { type IngestConfig, parseIngestConfig } from '@mneme/ingest-service';
import { type MaintenanceConfig, parseMaintenanceConfig } from '@mneme/maintenance-service';
import {
  type Env,
  type JwtConfig,
  parseJwtConfig,
  parseParts,
  parseProcessConfig,
  parseTlsConfig,
  type ProcessConfig,
  type TlsConfig,
} from '@mneme/platform';
import { parseRetrievalConfig, type RetrievalConfig } from '@mneme/retrieval-service';
import { type EnginesConfig, parseEnginesConfig } from '@mneme/wiring';
import { parseWriteFilterConfig, type WriteFilterConfig } from '@mneme/write-filter-service';

export interface StandaloneConfigs {
  readonly standalone: ProcessConfig;
  readonly engines: EnginesConfig;
  readonly ingest: IngestConfig;
  readonly writeFilter: WriteFilterConfig;
  readonly embedder: EmbedderConfig;
  readonly graphExtractor: GraphExtractorConfig;
  readonly retrieval: RetrievalConfig;
  readonly erasure: ErasureConfig;
  readonly maintenance: MaintenanceConfig;
  readonly jwt: JwtConfig;
  /** Undefined: plain text. */
  readonly tls: TlsConfig | undefined;
}

/** Reads the settings of every service. @throws InvalidInput with every problem of all of them at once. */
export function parseStandaloneConfigs(env: Env): StandaloneConfigs {
  return parseParts<StandaloneConfigs>(
    {
      standalone: parseProcessConfig,
      engines: parseEnginesConfig,
      ingest: parseIngestConfig,
      writeFilter: parseWriteFilterConfig,
      embedder: parseEmbedderConfig,
      graphExtractor: parseGraphExtractorConfig,
      retrieval: parseRetrievalConfig,
      erasure: parseErasureConfig,
      maintenance: parseMaintenanceConfig,
      jwt: parseJwtConfig,
      tls: parseTlsConfig,
    },
    env,
  );
}
