import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecallResponse } from '@mneme/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, ModelServer, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));
const CALIBRATE = fileURLToPath(new URL('../../tools/calibration/calibrate.mjs', import.meta.url));
const KEY = 'sk-canary-5d1c';
const QUESTION = 'Why was the ferry late?';

/** Runs a program that ends by itself. */
async function run(script: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [script], { env: { PATH: process.env['PATH'], ...env } });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => (printed.out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (printed.err += part.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...printed };
}

describe('standalone with an embedding server', () => {
  const directory = join(temporaryDirectory(), 'data');
  let server: ModelServer;
  let env: Record<string, string>;
  let service: Running | undefined;

  beforeAll(async () => {
    server = await ModelServer.start({ dimensions: 48 });
    env = {
      MNEME_DATA_DIR: directory,
      MNEME_EMBEDDER: 'openai',
      MNEME_EMBEDDER_URL: server.url,
      MNEME_EMBEDDER_API_KEY: KEY,
      MNEME_EMBEDDER_MODEL: 'stub-embedding',
      MNEME_EMBEDDER_DIMENSIONS: '48',
      MNEME_EMBEDDER_RETRIES_MAX: '0',
      MNEME_RETRIEVAL_LEG_TIMEOUT_MS: '400',
    };
  });
  beforeEach(() => server.reset());
  afterAll(async () => {
    await service?.stop('SIGTERM');
    await server.close().catch(() => undefined);
  });

  it('does not start without a calibration, and says in one line how to make one', async () => {
    const { code, err } = await run(MAIN, env);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^mneme cannot start: there is no calibration of stub-embedding-48@\w{8} at .*: npm run calibrate\n$/,
    );
    expect(server.requests).toEqual([]);
  });

  it('is calibrated by the pairs, and says how well', async () => {
    const { code, out } = await run(CALIBRATE, env);
    expect(code).toBe(0);
    expect(out.match(/^0\.(75|8|85): of the answers/gm)).toHaveLength(3);
    const { model, knots } = JSON.parse(readFileSync(join(directory, 'embedding-calibration.json'), 'utf8'));
    expect(model).toMatch(/^stub-embedding-48@/);
    expect(knots.length).toBeGreaterThan(3);
  });

  it('does not start with the calibration of other dimensions', async () => {
    const { code, err } = await run(MAIN, { ...env, MNEME_EMBEDDER_DIMENSIONS: '24' });
    expect(code).toBe(1);
    expect(err).toMatch(/is the calibration of stub-embedding-48@\w{8}, not of stub-embedding-24@/);
  });

  it('keeps and recalls by its vectors; a server that refuses the key meanwhile only delays them', async () => {
    service = await startStandalone(directory, env);
    const { agent } = service;
    const refusals = Array.from({ length: 3 }, () => ({ status: 401, body: `{"error":{"message":"bad ${KEY}"}}` }));
    server.script(...refusals);
    const content = 'The ferry was late because of the fog over the harbour.';
    const turn = { userId: 'ana', session: 's1', role: 'user', speakerName: 'Ana', content, toolCalls: [] };
    const { token } = await agent.ingest.ingestTurns({ turns: [turn] });
    // A question needs the server too: it is asked when the memory is there.
    await eventually('the memory is embedded', () => server.requests.length > refusals.length);
    const request = { question: QUESTION, userId: 'ana', filters: [], similarityMin: 0 };
    const answer = await agent.retrieval.recall({ ...request, waitFor: { token } });
    expect(answer.freshness).toBe('current');
    expect(answer.hits.map(({ memory }) => memory?.text)).toContain(content);
    const sent = server.requests.map(({ body }) => (body['input'] as string[])[0]);
    expect(sent.at(-1)).toBe(QUESTION);
    expect(sent[0]).toContain(`Ana: ${content}`);
    for (const { headers } of server.requests) expect(headers['authorization']).toBe(`Bearer ${KEY}`);
  });

  describe('while the server is away', () => {
    const ask = (more = {}) =>
      service?.agent.retrieval.recall({ question: QUESTION, userId: 'ana', filters: [], ...more }) ?? missing();
    const stateOf = ({ legs }: RecallResponse, name: string) => legs.find((leg) => leg.name === name)?.state;
    const texts = ({ hits }: RecallResponse) => hits.map(({ memory }) => memory?.text);
    const content = 'The ferry was late because of the fog over the harbour.';

    it('answers by words within the deadline of a leg, and names the leg that is missing', async () => {
      server.script({ hangAfterBytes: 10 });
      const startedMs = performance.now();
      const answer = await ask();
      expect(performance.now() - startedMs).toBeLessThan(3_000);
      expect([stateOf(answer, 'dense'), stateOf(answer, 'lexical')]).toEqual(['timed-out', 'answered']);
      expect(texts(answer)).toContain(content);
      for (const hit of answer.hits) {
        expect(hit.similarity).toBeUndefined();
        expect(hit.explanation?.cosine).toBeUndefined();
      }
    });

    it('keeps to a threshold that the request names, and gives all where it is off', async () => {
      server.script({ status: 503 }, { status: 503 });
      const strict = await ask({ similarityMin: 0.5 });
      expect([stateOf(strict, 'dense'), texts(strict)]).toEqual(['failed', []]);
      expect(strict.dropped.map(({ reason }) => reason)).toContain('similarity-unknown');
      expect(texts(await ask({ similarityMin: 0 }))).toContain(content);
    });

    it('drops what it cannot measure where the policy says so', async () => {
      await service?.operator.admin.setPolicy({
        tenantId: 'development',
        policyJson: JSON.stringify({ recall: { answersUnmeasured: false } }),
      });
      server.script({ status: 503 });
      expect(texts(await ask())).toEqual([]);
    });

    it('does so when nobody listens any more', async () => {
      await server.close();
      const answer = await ask({ similarityMin: 0 });
      expect(stateOf(answer, 'dense')).toBe('failed');
      expect(texts(answer)).toContain(content);
    });
  });
});

function missing(): never {
  throw new Error('the service has not been started');
}
