import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  addGrpc,
  type Address,
  answerOnlyWhenStarted,
  createServiceApp,
  type Env,
  ErasuresApplied,
  type GrpcServiceName,
  HealthController,
  healthService,
  LeasePart,
  Lifecycle,
  type Listening,
  Logger,
  Metrics,
  type Part,
  Readiness,
  requireFree,
  saysWhy,
} from '@mneme/platform';
import { foreignVectors } from './foreign-vectors.js';
import { EnginesModule, type Observability } from './engines.module.js';
import type { ServiceName } from './engines-of.js';
import { type OpenEngines, openEnginesOf } from './open-engines.js';
import { parseServiceConfig, type ServiceConfig } from './service.config.js';
import { watchEngines } from './watch-engines.js';

/** One service as a process of its own. */
export interface ServiceOptions<C extends object> {
  readonly service: Exclude<ServiceName, 'standalone'>;
  /** Reads the service's own settings. @throws InvalidInput. */
  readonly parse: (env: Env) => C;
  readonly modules: (own: C, engines: OpenEngines) => readonly DynamicModule[];
  /** What it serves over gRPC; absent: nothing. */
  readonly grpc?: readonly GrpcServiceName[];
  /** What it starts before it takes requests, and stops after the last one. */
  readonly parts?: (started: StartedService<C>) => readonly Part[];
  /** One of all processes of this service does its work; the others wait to take its place. */
  readonly isSole?: boolean;
  /** It makes the registry know the erasures on record, which all others wait for. */
  readonly appliesErasures?: boolean;
}

export interface StartedService<C> {
  readonly own: C;
  readonly app: INestApplicationContext;
  readonly engines: OpenEngines;
  readonly logger: Logger;
}

@Module({})
class ServiceModule {}

/**
 * Starts a service of the distributed profile: settings, engines, health, its turn if only one may work, consumers, gRPC, and
 * then it says that it is ready. Resolves when it is.
 * @throws InvalidInput with every wrong setting at once; Unavailable or Corrupt when an engine or an address cannot be used.
 */
export async function startService<C extends object>(options: ServiceOptions<C>, env: Env): Promise<void> {
  const config = parseServiceConfig(options, env);
  const around = { logger: new Logger(config.process.logLevel), metrics: new Metrics(), readiness: new Readiness() };
  const { logger, readiness } = around;
  const places = placesOf(config, options.grpc !== undefined);
  for (const place of places) await requireFree(place);
  const engines = await openEnginesOf(options.service, config.engines, around);
  readiness.warnings = () => foreignVectors(engines, 'distributed');
  const app = await appOf(options, { config, engines, around });
  const health = healthService();
  const edge = { address: config.process.grpc, health, services: options.grpc, ...around, tls: config.tls };
  const grpc = options.grpc === undefined ? undefined : await addGrpc(app, edge);
  const serving: Serving = { service: options.service, app, places, grpc, readiness, health };
  const started = { own: config.own, app, engines, logger };
  const applied = appliedOf(options, engines, logger);
  const lifecycle = new Lifecycle(logger, config.process.drainMsMax);
  lifecycle.stopOnSignals((code) => process.exit(code));
  await lifecycle.start([
    { name: 'engines', start: () => undefined, stop: () => engines.close() },
    httpPart(serving),
    watchEngines(options.service, engines, { ...around, health, applied }),
    ...turnParts(options, engines, logger),
    ...(applied === undefined ? [] : [applied]),
    ...(options.parts?.(started) ?? []),
    grpcPart(serving),
    readyPart(serving),
  ]);
}

interface Opened<C> {
  readonly config: ServiceConfig<C>;
  readonly engines: OpenEngines;
  readonly around: Observability;
}

async function appOf<C extends object>(options: ServiceOptions<C>, { config, engines, around }: Opened<C>) {
  const module: DynamicModule = {
    module: ServiceModule,
    controllers: [HealthController],
    imports: [EnginesModule.register(engines, around, config.jwt), ...options.modules(config.own, engines)],
  };
  const app = await createServiceApp(module, { ...around, tls: config.tls });
  answerOnlyWhenStarted(app, around.readiness);
  return app;
}

function placesOf<C>({ process }: ServiceConfig<C>, hasGrpc: boolean): readonly Listening[] {
  const http = { what: 'HTTP', address: process.http, setting: 'MNEME_HTTP_ADDRESS' } as const;
  const grpc = { what: 'gRPC', address: process.grpc, setting: 'MNEME_GRPC_ADDRESS' } as const;
  return hasGrpc ? [http, grpc] : [http];
}

/** The turn of a process of which one works. */
function turnParts<C extends object>(
  { service, isSole = false }: ServiceOptions<C>,
  { stores: { leases } }: OpenEngines,
  logger: Logger,
): readonly Part[] {
  return isSole && leases !== undefined ? [new LeasePart({ leases, logger }, service)] : [];
}

/** What all but one wait for before they work. */
function appliedOf<C extends object>(
  { appliesErasures = false }: ServiceOptions<C>,
  { stores: { erasureJournal: journal, log } }: OpenEngines,
  logger: Logger,
): ErasuresApplied | undefined {
  return appliesErasures ? undefined : new ErasuresApplied({ journal, log, logger });
}

interface Serving {
  readonly service: ServiceName;
  readonly app: NestExpressApplication;
  readonly places: readonly Listening[];
  /** Where gRPC will listen. */
  readonly grpc: Address | undefined;
  readonly readiness: Readiness;
  readonly health: ReturnType<typeof healthService>;
}

/** Health is told from the first moment on, and no more once the servers close. */
function httpPart({ app, places }: Serving): Part {
  const [http] = places as readonly [Listening];
  const start = async () => {
    await saysWhy(http, () => app.listen(http.address.port, http.address.host));
  };
  return { name: 'http', start, stop: () => undefined };
}

/** Closes both servers at its stop, after what they have in hand: nothing is taken in while the parts before it stop. */
function grpcPart({ app, places: [, place] }: Serving): Part {
  const start = async () => {
    if (place !== undefined) await saysWhy(place, () => app.startAllMicroservices());
  };
  return { name: 'servers', start, stop: () => app.close() };
}

/** The last to start: tells others that it is there, on one line of standard output. */
function readyPart({ service, app, grpc, readiness, health }: Serving): Part {
  return {
    name: 'ready',
    start: async () => {
      readiness.isReady = true;
      health.setStatus('', 'SERVING');
      const http = (await app.getUrl()).replace('[::1]', 'localhost');
      const at = grpc === undefined ? {} : { grpc: `${grpc.host}:${grpc.port}` };
      process.stdout.write(`${JSON.stringify({ ready: service, pid: process.pid, http, ...at })}\n`);
    },
    stop: () => {
      readiness.isReady = false;
      health.setStatus('', 'NOT_SERVING');
    },
  };
}
