import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ReapplyErasures, RunErasures } from '@mneme/erasure-service';
import { AcceptTurns } from '@mneme/ingest-service';
import { ApiKeys, EndIdleSessions, Housekeeping, RunAudits, Tenants, VerifyCritical } from '@mneme/maintenance-service';
import {
  GrpcErrorFilter,
  grpcOptions,
  healthService,
  HttpErrorFilter,
  httpsOptionsOf,
  Lifecycle,
  Logger,
  Metrics,
  type MetricsReport,
  NestLogger,
  packConfig,
  type Part,
  Readiness,
  REQUEST_BYTES_MAX,
  type TlsConfig,
} from '@mneme/platform';
import { openEngines, refuseUsedDirectory, sharedMemory } from '@mneme/wiring';
import { firstRun } from './first-run.js';
import { freePort } from './free-port.js';
import { foreignVectors } from './foreign-vectors.js';
import { type Listening, requireFree } from './listening.js';
import type { StandaloneConfigs } from './standalone-configs.js';
import { type ConfigsOfPipeline, PipelineThread } from './pipeline-thread.js';
import { servingParts } from './serving.js';
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
  const places = placesOf(standalone);
  // A second start by mistake has the same ports too, and what it should hear of is the first one.
  refuseUsedDirectory(configs.engines.dataDirectory);
  for (const place of [places.grpc, places.http]) await requireFree(place);
  const channel = new MessageChannel();
  const memory = sharedMemory();
  const engines = await openOfRequests(configs, observability, { role: 'owner', port: channel.port1, memory });
  const configsOfThread = packConfig(pipelineConfigsOf(configs));
  const join = (port: MessagePort) => engines.stores.join(port);
  const keep = (report: MetricsReport) => metrics.keep(report);
  const pipeline = new PipelineThread({ configs: configsOfThread, memory, port: channel.port2, join, keep }, logger);
  metrics.include(() => pipeline.report());
  readiness.warnings = () => foreignVectors(engines);
  for (const warning of readiness.warnings()) logger.warn(warning);
  const module = StandaloneModule.register(configs, engines, { ...observability, consumers: pipeline });
  const { tls } = configs;
  const app = await NestFactory.create<NestExpressApplication>(module, nestOptionsOf(logger, tls));
  app.useBodyParser('json', { limit: REQUEST_BYTES_MAX });
  app.useGlobalFilters(new HttpErrorFilter(logger, metrics));
  const health = healthService();
  const grpc = { host: standalone.grpc.host, port: standalone.grpc.port || (await freePort(standalone.grpc.host)) };
  const microservice = app.connectMicroservice(grpcOptions(grpc, health, tls), { deferInitialization: true });
  microservice.useGlobalFilters(new GrpcErrorFilter(logger, metrics));
  const { dataDirectory } = configs.engines;
  const keys = await firstRun(dataDirectory, app.get(Tenants, { strict: false }), app.get(ApiKeys, { strict: false }));
  const parts: Part[] = [
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    part('reapply-erasures', app.get(ReapplyErasures, { strict: false })),
    pipeline,
    part('erasures', app.get(RunErasures, { strict: false })),
    part('accept-turns', app.get(AcceptTurns, { strict: false })),
    ...upkeepParts(app),
    ...servingParts({ app, places, grpc, dataDirectory, keys, hasTls: tls !== undefined, readiness, health }),
  ];
  await run(parts, new Lifecycle(logger, standalone.drainMsMax));
}

function placesOf({ grpc, http }: StandaloneConfigs['standalone']): Readonly<Record<'grpc' | 'http', Listening>> {
  return {
    grpc: { what: 'gRPC', address: grpc, setting: 'MNEME_GRPC_ADDRESS' },
    http: { what: 'HTTP', address: http, setting: 'MNEME_HTTP_ADDRESS' },
  };
}

/** Only consumers ask a language model: one budget and one circuit, in their thread. */
function openOfRequests(
  { engines }: StandaloneConfigs,
  ...[observability, shared]: [Parameters<typeof openEngines>[1], Parameters<typeof openEngines>[2]]
): ReturnType<typeof openEngines> {
  return openEngines({ ...engines, languageModel: { engine: 'none' } }, observability, shared);
}

function pipelineConfigsOf({
  standalone,
  engines,
  writeFilter,
  embedder,
  graphExtractor,
}: StandaloneConfigs): ConfigsOfPipeline {
  return { standalone, engines, writeFilter, embedder, graphExtractor };
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

/** What keeps memories true beside the requests. */
function upkeepParts(app: NestExpressApplication): readonly Part[] {
  return [
    part('housekeeping', app.get(Housekeeping, { strict: false })),
    part('idle-sessions', app.get(EndIdleSessions, { strict: false })),
    part('audits', app.get(RunAudits, { strict: false })),
    part('verification', app.get(VerifyCritical, { strict: false })),
  ];
}
