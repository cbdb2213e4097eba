import { join } from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import { HealthImplementation, protoPath as HEALTH_PROTO } from 'grpc-health-check';
import { PROTO_DIRECTORY, PROTO_FILES, PROTO_PACKAGE } from '@mneme/proto';
import type { Address } from './config.js';

/** Largest request, over gRPC and HTTP alike. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
const STREAMS_PER_CONNECTION_MAX = 256;
const KEEPALIVE_MIN_MS = 10_000;

/** Serves every service of `mneme.v1` with health and reflection; `ready` tells health whether to say SERVING. */
export function grpcOptions({ host, port }: Address, health: HealthImplementation): GrpcOptions {
  const loader = { longs: Number, enums: String, defaults: true, arrays: true, includeDirs: [PROTO_DIRECTORY] };
  return {
    transport: Transport.GRPC,
    options: {
      url: `${host}:${port}`,
      package: PROTO_PACKAGE,
      protoPath: PROTO_FILES.map((file) => join(PROTO_DIRECTORY, file)),
      loader,
      gracefulShutdown: true,
      maxReceiveMessageLength: REQUEST_BYTES_MAX,
      maxSendMessageLength: 4 * REQUEST_BYTES_MAX,
      channelOptions: {
        'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
        'grpc.keepalive_time_ms': 3 * KEEPALIVE_MIN_MS,
      },
      onLoadPackageDefinition: (definition, server) => {
        health.addToServer(server);
        // Reflection does not find health by itself, and Nest would bind empty handlers if the package were listed.
        new ReflectionService({ ...definition, ...loadSync(HEALTH_PROTO) }).addToServer(server);
      },
    },
  };
}

export function healthService(): HealthImplementation {
  return new HealthImplementation({ '': 'NOT_SERVING' });
}
