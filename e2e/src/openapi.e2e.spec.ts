import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LineAnswer, AcceptedAnswer } from '@mneme/ingest-service';
import { ErrorAnswer, HealthAnswer, type OpenApiDocument, ReadinessAnswer } from '@mneme/platform';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const LIBS = fileURLToPath(new URL('../../libs', import.meta.url));

describe('the description of what is served over HTTP', () => {
  let service: Running;
  let document: OpenApiDocument;

  beforeAll(async () => {
    service = await startStandalone(join(temporaryDirectory(), 'data'));
    document = (await (await fetch(`${service.http}/openapi.json`)).json()) as OpenApiDocument;
  });
  afterAll(() => service.stop('SIGTERM'));

  const post = (body: string, contentType: string, authorization = `Bearer ${service.bearer}`) =>
    fetch(`${service.http}/v1/turns`, {
      method: 'POST',
      headers: { 'content-type': contentType, authorization },
      body,
    });

  it('is OpenAPI 3.1 of this version, and its page shows every operation without loading anything', async () => {
    expect(document.openapi).toBe('3.1.0');
    const { version } = JSON.parse(readFileSync(join(LIBS, '../package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
    const response = await fetch(`${service.http}/docs`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).not.toMatch(/https?:\/\/|<script|<link/i);
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
  });

  it('knows every route that a controller has, and no other', () => {
    const controllers = readdirSync(LIBS, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.controller.ts') && !/node_modules|dist/.test(file),
    );
    const routes = controllers.flatMap((file) => {
      const text = readFileSync(join(LIBS, file), 'utf8');
      const base = /@Controller\('([^']*)'\)/.exec(text)?.[1] ?? '';
      return [...text.matchAll(/@(Get|Post|Put|Patch|Delete|Head|All)\((?:'([^']*)')?\)/g)].map(
        ([, method = '', path = '']) =>
          `${method.toLowerCase()} /${[base, path.replaceAll(/:(\w+)/g, '{$1}')].filter((part) => part !== '').join('/')}`,
      );
    });
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes.sort());
  });

  it('tells of each open path with which status and type it answers', async () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (get === undefined || get.security.length > 0) continue;
      const response = await fetch(`${service.http}${path}`);
      await response.arrayBuffer();
      const content = get.responses[String(response.status)]?.content ?? {};
      const type = response.headers.get('content-type')?.split(';')[0];
      expect([path, Object.keys(content)]).toEqual([path, [type]]);
    }
    const json = async (path: string) => (await fetch(`${service.http}${path}`)).json();
    HealthAnswer.strict().parse(await json('/healthz'));
    ReadinessAnswer.strict().parse(await json('/readyz'));
  });

  it('gives examples that the service takes, and answers and refusals as they come', async () => {
    const { requestBody } = document.paths['/v1/turns']?.['post'] ?? {};
    const example = requestBody?.content['application/json']?.example;
    const taken = await post(JSON.stringify(example), 'application/json');
    expect([taken.status, taken.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'application/json']);
    AcceptedAnswer.strict().parse(await taken.json());
    const lines = await post(String(requestBody?.content['application/x-ndjson']?.example), 'application/x-ndjson');
    expect([lines.status, lines.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const answers = (await lines.text()).trimEnd().split('\n');
    expect(answers.map((line) => LineAnswer.parse(JSON.parse(line))).at(-1)).toMatchObject({
      done: { acceptedCount: 2, refusedCount: 0 },
    });
    for (const refused of [
      await post('{', 'application/json'),
      await post('{"turns":[{"role":"nobody"}]}', 'application/json'),
      await post('{}', 'application/json', 'Bearer nothing'),
      await post('x', 'text/plain'),
    ]) {
      expect(refused.status).toBeGreaterThanOrEqual(400);
      const { error } = ErrorAnswer.strict().parse(await refused.json());
      expect(error.code).not.toBe('internal');
    }
  });
});
