import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ReapplyErasures, RunErasures } from '@mneme/erasure-service';
import { AcceptTurns } from '@mneme/ingest-service';
import { ApiKeys, Tenants, upkeepParts } from '@mneme/maintenance-service';
import {
  addGrpc,
  createServiceApp,
  healthService,
  LeasePart,
  type Listening,
  Lifecycle,
  Logger,
  Metrics,
  type MetricsReport,
  packConfig,
  type Part,
  part,
  Readiness,
  requireFree,
} from '@mneme/platform';
import {
  type Engines,
  foreignVectors,
  openEngines,
  refuseUsedDirectory,
  sharedMemory,
  watchEngines,
} from '@mneme/wiring';
import { firstRun } from './first-run.js';
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
  if (configs.engines.profile === 'embedded') await refuseUsedDirectory(configs.engines.dataDirectory);
  for (const place of [places.grpc, places.http]) await requireFree(place);
  const channel = new MessageChannel();
  const memory = await sharedMemory();
  const engines = await openOfRequests(configs, observability, { role: 'owner', port: channel.port1, memory });
  const configsOfThread = packConfig(pipelineConfigsOf(configs));
  const join = (port: MessagePort) => engines.join(port);
  const keep = (report: MetricsReport) => metrics.keep(report);
  const pipeline = new PipelineThread({ configs: configsOfThread, memory, port: channel.port2, join, keep }, logger);
  metrics.include(() => pipeline.report());
  readiness.warnings = () => foreignVectors(engines, configs.engines.profile);
  for (const warning of readiness.warnings()) logger.warn(warning);
  const { tls } = configs;
  const module = StandaloneModule.register(configs, engines, { ...observability, consumers: pipeline });
  const app = await createServiceApp(module, { logger, metrics, tls });
  const health = healthService();
  const grpc = await addGrpc(app, { address: standalone.grpc, health, logger, metrics, tls });
  const { dataDirectory } = configs.engines;
  const keys = await firstRun(dataDirectory, app.get(Tenants, { strict: false }), app.get(ApiKeys, { strict: false }));
  const parts: Part[] = [
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    ...sharedParts(engines, { ...observability, health }),
    part('reapply-erasures', app.get(ReapplyErasures, { strict: false })),
    pipeline,
    part('erasures', app.get(RunErasures, { strict: false })),
    part('accept-turns', app.get(AcceptTurns, { strict: false })),
    ...upkeepParts(app),
    ...servingParts({ app, places, grpc, dataDirectory, keys, hasTls: tls !== undefined, readiness, health }),
  ];
  await run(parts, new Lifecycle(logger, standalone.drainMsMax));
}

/** Of engines that other processes have as well, and that can be away. */
function sharedParts(engines: Engines, around: Parameters<typeof watchEngines>[2]): readonly Part[] {
  const { leases } = engines.stores;
  if (leases === undefined) return [];
  const { logger } = around;
  const turns = ['erasure', 'maintenance'].map((name) => new LeasePart({ leases, logger }, name));
  return [watchEngines('standalone', engines, around), ...turns];
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

async function run(parts: readonly Part[], lifecycle: Lifecycle): Promise<void> {
  lifecycle.stopOnSignals((code) => process.exit(code));
  await lifecycle.start(parts);
}
