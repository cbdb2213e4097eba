import type { INestApplication } from '@nestjs/common';
import { type Address, type healthService, type Listening, type Part, type Readiness, saysWhy } from '@mneme/platform';
import { announce } from './announce.js';
import { removeEndpoint, writeEndpoint } from './endpoint-file.js';
import type { LocalKeys } from './first-run.js';

export interface Serving {
  readonly app: INestApplication;
  readonly places: Readonly<Record<'grpc' | 'http', Listening>>;
  /** Where gRPC listens, with its port. */
  readonly grpc: Address;
  readonly dataDirectory: string;
  readonly keys: LocalKeys;
  readonly hasTls: boolean;
  readonly readiness: Readiness;
  readonly health: ReturnType<typeof healthService>;
}

/** The last two parts to start: the servers, and what tells others that they are there. */
export function servingParts(serving: Serving): readonly Part[] {
  const { app, places, grpc, dataDirectory, keys, readiness, health } = serving;
  const { address: http } = places.http;
  return [
    {
      name: 'servers',
      start: async () => {
        await saysWhy(places.grpc, () => app.startAllMicroservices());
        await saysWhy(places.http, () => app.listen(http.port, http.host));
      },
      stop: () => app.close(),
    },
    {
      name: 'endpoint',
      start: async () => {
        readiness.isReady = true;
        health.setStatus('', 'SERVING');
        const url = (await app.getUrl()).replace('[::1]', 'localhost');
        const endpoint = { grpc: `${grpc.host}:${grpc.port}`, http: url, pid: process.pid, tls: serving.hasTls };
        writeEndpoint(dataDirectory, endpoint);
        announce({ endpoint, dataDirectory, ...keys });
      },
      stop: () => {
        readiness.isReady = false;
        health.setStatus('', 'NOT_SERVING');
        removeEndpoint(dataDirectory);
      },
    },
  ];
}
