import 'reflect-metadata';
import { createServer } from 'node:net';
import { Client, credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type HealthImplementation, protoPath } from 'grpc-health-check';
import { grpcOptions, healthService } from './grpc-server.js';
import { HealthController, Readiness } from './health.controller.js';
import { Metrics } from './metrics.js';

interface HealthClient extends Client {
  check(request: { service: string }, done: (error: { code: status } | null, answer?: Answer) => void): void;
  watch(request: { service: string }): AsyncIterable<Answer> & { cancel(): void };
}
interface Answer {
  readonly status: string;
}

@Module({})
class HealthModule {}

describe('health, over HTTP and gRPC', () => {
  const readiness = new Readiness();
  const metrics = new Metrics();
  let health: HealthImplementation;
  let url: string;
  let client: HealthClient;
  let close: () => Promise<void>;

  beforeAll(async () => {
    health = healthService();
    const providers = [
      { provide: Readiness, useValue: readiness },
      { provide: Metrics, useValue: metrics },
    ];
    const module = { module: HealthModule, controllers: [HealthController], providers };
    const app = await NestFactory.create(module, { logger: false });
    const address = { host: '127.0.0.1', port: await freePort() };
    app.connectMicroservice(grpcOptions(address, health));
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    client = clientOf(`127.0.0.1:${address.port}`);
    close = async () => {
      client.close();
      await app.close();
    };
  });
  afterAll(() => close());

  const get = async (path: string) => {
    const response = await fetch(`${url}/${path}`);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const check = (service = '') =>
    new Promise<string | status>((resolve) => {
      client.check({ service }, (error, answer) => resolve(error === null ? String(answer?.status) : error.code));
    });

  it('is alive from the first moment, ready when it is said to be, and not any more when it is told to stop', async () => {
    expect(await get('readyz')).toEqual({ status: 503, body: { status: 'starting' } });
    expect(await get('healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    readiness.isReady = true;
    expect(await get('readyz')).toEqual({ status: 200, body: { status: 'ready' } });
    readiness.isReady = false;
    expect((await get('readyz')).status).toBe(503);
    expect((await get('healthz')).status).toBe(200);
  });

  it('says over gRPC whether it serves, and that it knows no other service', async () => {
    expect(await check()).toBe('NOT_SERVING');
    health.setStatus('', 'SERVING');
    expect(await check()).toBe('SERVING');
    health.setStatus('', 'NOT_SERVING');
    expect(await check()).toBe('NOT_SERVING');
    expect(await check('mneme.v1.Nothing')).toBe(status.NOT_FOUND);
  });

  it('tells a client that watches of each change', async () => {
    const watched = client.watch({ service: '' });
    const heard: string[] = [];
    try {
      for await (const answer of watched) {
        heard.push(answer.status);
        if (heard.length === 3) break;
        health.setStatus('', heard.length === 1 ? 'SERVING' : 'NOT_SERVING');
      }
    } finally {
      watched.cancel();
    }
    expect(heard).toEqual(['NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });

  it('gives its metrics as Prometheus reads them', async () => {
    metrics.increment('mneme_requests_refused_total', { code: 'conflict' }, 3);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toMatch(/^mneme_requests_refused_total\{code="conflict"\} 3$/m);
  });
});

function clientOf(address: string): HealthClient {
  const { grpc } = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: new (...given: unknown[]) => HealthClient } } };
  };
  return new grpc.health.v1.Health(address, credentials.createInsecure());
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
