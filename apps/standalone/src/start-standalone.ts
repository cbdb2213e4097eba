import { MessageChannel } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { RunErasures } from '@mneme/erasure-service';
import { AcceptTurns } from '@mneme/ingest-service';
import { ApiKeys, Housekeeping, Tenants } from '@mneme/maintenance-service';
import {
  GrpcErrorFilter,
  grpcOptions,
  healthService,
  HttpErrorFilter,
  httpsOptionsOf,
  Lifecycle,
  Logger,
  Metrics,
  NestLogger,
  packConfig,
  type Part,
  Readiness,
  REQUEST_BYTES_MAX,
  type TlsConfig,
} from '@mneme/platform';
import { openEngines, sharedMemory } from '@mneme/wiring';
import { announce } from './announce.js';
import { removeEndpoint, writeEndpoint } from './endpoint-file.js';
import { firstRun } from './first-run.js';
import { freePort } from './free-port.js';
import type { StandaloneConfigs } from './standalone-configs.js';
import { type ConfigsOfPipeline, type PipelineData, PipelineThread } from './pipeline-thread.js';
import { StandaloneModule } from './standalone.module.js';

/**
 * Every service in this process, on one data directory: requests in this thread, the consumers of the log in another.
 * Resolves when it takes requests.
 */
export async function startStandalone(configs: StandaloneConfigs): Promise<void> {
  const { standalone } = configs;
  const observability = {
    logger: new Logger(standalone.logLevel),
    metrics: new Metrics(),
    readiness: new Readiness(),
  };
  const { logger, metrics, readiness } = observability;
  const channel = new MessageChannel();
  const memory = sharedMemory();
  const engines = await openOfRequests(configs, observability, { role: 'owner', port: channel.port1, memory });
  const pipeline = new PipelineThread(pipelineDataOf(configs, { port: channel.port2, memory }), logger);
  metrics.include(() => pipeline.report());
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
  const parts: Part[] = [
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    pipeline,
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

/** Only consumers ask a language model: one budget and one circuit, in their thread. */
function openOfRequests(
  { engines }: StandaloneConfigs,
  ...[observability, shared]: [Parameters<typeof openEngines>[1], Parameters<typeof openEngines>[2]]
): ReturnType<typeof openEngines> {
  return openEngines({ ...engines, languageModel: { engine: 'none' } }, observability, shared);
}

function pipelineDataOf(configs: StandaloneConfigs, shared: Pick<PipelineData, 'port' | 'memory'>): PipelineData {
  const { standalone, engines, writeFilter, embedder, graphExtractor } = configs;
  const ofPipeline: ConfigsOfPipeline = { standalone, engines, writeFilter, embedder, graphExtractor };
  return { configs: packConfig(ofPipeline), ...shared };
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
