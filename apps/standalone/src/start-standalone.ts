import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CATALOGUE_RUNNER, type EmbedderConfig, EMBEDDER_RUNNER } from '@mneme/embedder-service';
import { type ErasureConfig, RunErasures } from '@mneme/erasure-service';
import { AcceptTurns, type IngestConfig } from '@mneme/ingest-service';
import { ApiKeys, Housekeeping, Tenants } from '@mneme/maintenance-service';
import {
  type ConsumerRunner,
  GrpcErrorFilter,
  grpcOptions,
  healthService,
  HttpErrorFilter,
  httpsOptionsOf,
  type JwtConfig,
  Lifecycle,
  Logger,
  Metrics,
  NestLogger,
  type Part,
  Readiness,
  REQUEST_BYTES_MAX,
  type TlsConfig,
} from '@mneme/platform';
import type { RetrievalConfig } from '@mneme/retrieval-service';
import { type EnginesConfig, openEngines } from '@mneme/wiring';
import { WRITE_FILTER, type WriteFilterConfig } from '@mneme/write-filter-service';
import { announce } from './announce.js';
import { removeEndpoint, writeEndpoint } from './endpoint-file.js';
import { firstRun } from './first-run.js';
import { freePort } from './free-port.js';
import type { StandaloneConfig } from './standalone.config.js';
import { StandaloneModule } from './standalone.module.js';

export interface StandaloneConfigs {
  readonly standalone: StandaloneConfig;
  readonly engines: EnginesConfig;
  readonly ingest: IngestConfig;
  readonly writeFilter: WriteFilterConfig;
  readonly embedder: EmbedderConfig;
  readonly retrieval: RetrievalConfig;
  readonly erasure: ErasureConfig;
  readonly jwt: JwtConfig;
  /** Absent: plain text. */
  readonly tls: TlsConfig | undefined;
}

/** Every service in this process, on one data directory; resolves when it takes requests. */
export async function startStandalone(configs: StandaloneConfigs): Promise<void> {
  const { standalone } = configs;
  const observability = {
    logger: new Logger(standalone.logLevel),
    metrics: new Metrics(),
    readiness: new Readiness(),
  };
  const { logger, metrics, readiness } = observability;
  const engines = await openEngines(configs.engines, observability);
  const module = StandaloneModule.register(configs, engines, observability);
  const { tls } = configs;
  const app = await NestFactory.create<NestExpressApplication>(module, nestOptionsOf(logger, tls));
  app.useBodyParser('json', { limit: REQUEST_BYTES_MAX });
  app.useGlobalFilters(new HttpErrorFilter(logger, metrics));
  const health = healthService();
  const grpc = { host: standalone.grpc.host, port: standalone.grpc.port || (await freePort(standalone.grpc.host)) };
  const microservice = app.connectMicroservice(grpcOptions(grpc, health, tls), { deferInitialization: true });
  microservice.useGlobalFilters(new GrpcErrorFilter(logger, metrics));
  const keys = await firstRun(
    configs.engines.dataDirectory,
    app.get(Tenants, { strict: false }),
    app.get(ApiKeys, { strict: false }),
  );
  const runner = (token: symbol) => app.get<ConsumerRunner<unknown>>(token, { strict: false });
  const parts: Part[] = [
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    part('catalogue', runner(CATALOGUE_RUNNER)),
    part('embedder', runner(EMBEDDER_RUNNER)),
    part('write-filter', runner(WRITE_FILTER)),
    part('erasures', app.get(RunErasures, { strict: false })),
    part('accept-turns', app.get(AcceptTurns, { strict: false })),
    part('housekeeping', app.get(Housekeeping, { strict: false })),
    {
      name: 'servers',
      start: async () => {
        await app.startAllMicroservices();
        await app.listen(standalone.http.port, standalone.http.host);
      },
      stop: () => app.close(),
    },
    {
      name: 'endpoint',
      start: async () => {
        readiness.isReady = true;
        health.setStatus('', 'SERVING');
        const http = (await app.getUrl()).replace('[::1]', 'localhost');
        const endpoint = { grpc: `${grpc.host}:${grpc.port}`, http, pid: process.pid, tls: tls !== undefined };
        writeEndpoint(configs.engines.dataDirectory, endpoint);
        announce({ endpoint, dataDirectory: configs.engines.dataDirectory, ...keys });
      },
      stop: () => {
        readiness.isReady = false;
        health.setStatus('', 'NOT_SERVING');
        removeEndpoint(configs.engines.dataDirectory);
      },
    },
  ];
  await run(parts, new Lifecycle(logger, standalone.drainMsMax));
}

function nestOptionsOf(logger: Logger, tls: TlsConfig | undefined) {
  const https = tls === undefined ? {} : { httpsOptions: httpsOptionsOf(tls) };
  return { logger: new NestLogger(logger), bodyParser: false, abortOnError: false, ...https };
}

async function run(parts: readonly Part[], lifecycle: Lifecycle): Promise<void> {
  lifecycle.stopOnSignals((code) => process.exit(code));
  await lifecycle.start(parts);
}

function part(name: string, owner: Pick<Part, 'start' | 'stop'>): Part {
  return { name, start: () => owner.start(), stop: () => owner.stop() };
}
