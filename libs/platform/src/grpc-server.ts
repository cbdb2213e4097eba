import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import { HealthImplementation, protoPath as HEALTH_PROTO } from 'grpc-health-check';
import {
  AdminService,
  CommandsService,
  ErasureService,
  IngestService,
  MaintenanceService,
  OrganisationService,
  PROTO_DIRECTORY,
  PROTO_FILES,
  PROTO_PACKAGE,
  QuarantineService,
  RetrievalService,
  SessionsService,
} from '@mneme/proto';
import type { Address } from './config.js';
import { grpcCredentialsOf, type TlsConfig } from './tls.config.js';
import { readWithinLimit, refuseUnread, REQUEST_BYTES_MAX } from './unread-request.js';

const STREAMS_PER_CONNECTION_MAX = 256;
const KEEPALIVE_MIN_MS = 10_000;

/** What a server has besides its address and its health. */
export interface GrpcServing {
  /** Undefined: plain text. */
  readonly tls?: TlsConfig | undefined;
  /** Absent: all of them. */
  readonly services?: readonly GrpcServiceName[] | undefined;
}

/** Serves services of `mneme.v1` with health and reflection; what `health` says is what clients hear. */
export function grpcOptions(
  { host, port }: Address,
  health: HealthImplementation,
  { tls, services = SERVICE_NAMES }: GrpcServing = {},
): GrpcOptions {
  return {
    transport: Transport.GRPC,
    options: {
      url: `${host}:${port}`,
      credentials: grpcCredentialsOf(tls),
      package: PROTO_PACKAGE,
      packageDefinition: generatedServices(services),
      gracefulShutdown: true,
      // Up to here a request that is too large gets an error that names the limit; above, gRPC's own.
      maxReceiveMessageLength: 2 * REQUEST_BYTES_MAX,
      maxSendMessageLength: 4 * REQUEST_BYTES_MAX,
      channelOptions: {
        'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
        'grpc.keepalive_time_ms': 3 * KEEPALIVE_MIN_MS,
        interceptors: [refuseUnread],
      } as NonNullable<GrpcOptions['options']['channelOptions']>,
      onLoadPackageDefinition: (_definition, server) => {
        health.addToServer(server);
        // Reflection describes .proto files; Nest would bind empty handlers if health's package were listed above.
        new ReflectionService({ ...protoFiles(), ...loadSync(HEALTH_PROTO) }).addToServer(server);
      },
    },
  };
}

export function healthService(): HealthImplementation {
  return new HealthImplementation({ '': 'NOT_SERVING' });
}

const SERVICES = {
  Ingest: IngestService,
  Commands: CommandsService,
  Retrieval: RetrievalService,
  Erasure: ErasureService,
  Admin: AdminService,
  Organisation: OrganisationService,
  Sessions: SessionsService,
  Maintenance: MaintenanceService,
  Quarantine: QuarantineService,
};

export type GrpcServiceName = keyof typeof SERVICES;
const SERVICE_NAMES = Object.keys(SERVICES) as GrpcServiceName[];

// The generated decoders take two thirds of the time of those that are made from the .proto files at run time.
function generatedServices(names: readonly GrpcServiceName[]): Record<string, ServiceDefinition> {
  return Object.fromEntries(names.map((name) => [`${PROTO_PACKAGE}.${name}`, byProtoName(SERVICES[name])]));
}

interface GeneratedMethod {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
}

/** Nest looks methods up as the .proto file writes them. */
function byProtoName(service: Readonly<Record<string, GeneratedMethod>>): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([originalName, method]) => {
      const protoName = method.path.slice(method.path.lastIndexOf('/') + 1);
      return [protoName, { ...method, originalName, requestDeserialize: readWithinLimit(method.requestDeserialize) }];
    }),
  ) as unknown as ServiceDefinition;
}

function protoFiles() {
  const files = PROTO_FILES.map((file) => join(PROTO_DIRECTORY, file));
  return loadSync(files, { includeDirs: [PROTO_DIRECTORY] });
}
