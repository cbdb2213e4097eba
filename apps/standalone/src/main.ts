import 'reflect-metadata';
import { parseEmbedderConfig } from '@mneme/embedder-service';
import { parseErasureConfig } from '@mneme/erasure-service';
import { parseIngestConfig } from '@mneme/ingest-service';
import { parseJwtConfig, parseTlsConfig, runMain } from '@mneme/platform';
import { parseRetrievalConfig } from '@mneme/retrieval-service';
import { parseEnginesConfig } from '@mneme/wiring';
import { parseWriteFilterConfig } from '@mneme/write-filter-service';
import { parseStandaloneConfig } from './standalone.config.js';
import { startStandalone } from './start-standalone.js';

await runMain(() => {
  const { env } = process;
  return startStandalone({
    standalone: parseStandaloneConfig(env),
    engines: parseEnginesConfig(env),
    ingest: parseIngestConfig(env),
    writeFilter: parseWriteFilterConfig(env),
    embedder: parseEmbedderConfig(env),
    retrieval: parseRetrievalConfig(env),
    erasure: parseErasureConfig(env),
    jwt: parseJwtConfig(env),
    tls: parseTlsConfig(env),
  });
});
