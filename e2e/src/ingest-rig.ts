import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { connect } from '@mneme/client';
import { DEFAULT_POLICY, type Principal, randomKey, type Right, secretHashOf } from '@mneme/domain';
import { type AgentId, type DepartmentId, type TeamId, TOPICS, TurnReceivedV1, type TurnReceived } from '@mneme/events';
import { AcceptTurns, DEFAULT_INGEST_CONFIG, type IngestConfig, IngestModule } from '@mneme/ingest-service';
import {
  AuthGuard,
  GrpcErrorFilter,
  grpcOptions,
  healthService,
  HttpErrorFilter,
  Logger,
  Metrics,
  Readiness,
  REQUEST_BYTES_MAX,
  tenantKeyContext,
} from '@mneme/platform';
import { randomTenantId } from '@mneme/testing';
import { type Engines, EnginesModule, openEngines, parseWebhookConfig } from '@mneme/wiring';

const RIGHTS: readonly Right[] = ['ingest', 'on-behalf-of', 'publish', 'recall'];
const KEY_CACHE_MS = 5_000;

@Module({})
class RigModule {}

/** Ingest alone, on its own engines, served over gRPC and HTTP on free ports. */
export type IngestRig = Awaited<ReturnType<typeof openIngest>>;

export async function openIngest(given: Partial<IngestConfig> = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'mneme-ingest-'));
  const observability = { logger: new Logger('silent'), metrics: new Metrics(), readiness: new Readiness() };
  const config = {
    profile: 'embedded',
    embedder: { engine: 'static' },
    languageModel: { engine: 'none' },
    webhook: parseWebhookConfig({}),
    dataDirectory,
    keyCacheMs: KEY_CACHE_MS,
    keyCacheSubjectsMax: 1_000,
    keyCacheTenantsMax: 100,
  } as const;
  const engines = await openEngines(config, observability);
  const imports = [
    EnginesModule.register(engines, observability),
    IngestModule.register({ ...DEFAULT_INGEST_CONFIG, ...given }),
  ];
  const options = { logger: false as const, bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestExpressApplication>({ module: RigModule, imports }, options);
  app.useBodyParser('json', { limit: REQUEST_BYTES_MAX });
  app.useGlobalFilters(new HttpErrorFilter(observability.logger, observability.metrics));
  const grpc = { host: '127.0.0.1', port: await freePort() };
  const microservice = app.connectMicroservice(grpcOptions(grpc, healthService()), { deferInitialization: true });
  microservice.useGlobalFilters(new GrpcErrorFilter(observability.logger, observability.metrics));
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const close = async () => {
    await app.close();
    await engines.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  return {
    engines,
    metrics: observability.metrics,
    acceptTurns: app.get(AcceptTurns, { strict: false }),
    guard: app.get(AuthGuard, { strict: false }),
    httpUrl: `${await app.getUrl()}/v1/turns`,
    grpcAddress: `${grpc.host}:${grpc.port}`,
    close,
  };
}

export interface KeyOptions {
  readonly rights?: readonly Right[];
  readonly boundUserId?: string;
  readonly teamIds?: readonly string[];
  readonly departmentId?: string;
}

export interface Caller {
  readonly principal: Principal;
  readonly bearer: string;
}

/** A tenant of its own with one agent and one key. */
export async function aCaller({ engines, guard }: IngestRig, options: KeyOptions = {}): Promise<Caller> {
  const { controlStore, keyVault } = engines.stores;
  const tenantId = randomTenantId();
  const agentId = 'bot' as AgentId;
  const createdAt = new Date().toISOString();
  const wrapped = (purpose: 'index' | 'tenant') =>
    keyVault.wrap(randomKey(), tenantKeyContext(tenantId, purpose, purpose === 'index' ? 0 : 1));
  await controlStore.createTenant(
    { tenantId, purpose: 'standard', policy: DEFAULT_POLICY, createdAt },
    { wrappedIndexKey: await wrapped('index'), wrappedTenantKey: await wrapped('tenant'), keyGeneration: 1 },
  );
  const teamIds = (options.teamIds ?? []) as TeamId[];
  const department = options.departmentId === undefined ? {} : { departmentId: options.departmentId as DepartmentId };
  await controlStore.putAgent({ tenantId, agentId, teamIds, ...department });
  const keyId = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await controlStore.createApiKey({
    keyId,
    secretHash: secretHashOf(secret),
    tenantId,
    agentId,
    rights: options.rights ?? RIGHTS,
    minTrust: 0,
    createdAt,
    ...(options.boundUserId === undefined ? {} : { boundUserId: options.boundUserId }),
  });
  const apiKey = `mneme_${keyId}_${secret}`;
  const bearer = `Bearer ${apiKey}`;
  return { principal: await guard.principal(bearer), bearer };
}

/** Everything on `turns`, by partition in the order of the log. */
export async function loggedTurns({ stores }: Engines): Promise<readonly (readonly TurnReceived[])[]> {
  const topic = TOPICS.turns.name;
  const partitions = Array.from({ length: stores.log.partitionCount }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => {
      const records = await stores.log.read({ topic, partition, offset: 0 }, 100_000);
      return records.map(({ value }) => TurnReceivedV1.parse(JSON.parse(value ?? 'null')));
    }),
  );
}

export function connectTo({ grpcAddress }: IngestRig, bearer: string) {
  return connect({ address: grpcAddress, apiKey: bearer.replace('Bearer ', '') });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
