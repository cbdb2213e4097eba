import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection, type RunningServices, startServices, waitUntilErased } from '@mneme/client';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { engineSpace } from './engine-space.js';
import { endOf, mainFileOf } from './service-mains.js';

removeTemporaryDirectories();

const START_MS_MAX = 300_000;
const WAIT_MS_MAX = 120_000;
const USERS = 12;
const BATCHES = 30;
const BATCH_TURNS = 20;

describe('the distributed profile, every service a process of its own', () => {
  const space = engineSpace();
  const lost: string[] = [];
  let services: RunningServices;
  let agent: Connection;
  let operator: Connection;
  let directory: string;

  beforeAll(async () => {
    expect(existsSync(mainFileOf('ingest'))).toBe(true);
    directory = temporaryDirectory();
    services = await startServices({
      mainFileOf,
      environment: {
        PATH: process.env['PATH'],
        MNEME_LOG_LEVEL: 'warn',
        MNEME_ERASURE_QUIET_PERIOD_MS: '1000',
        ...space.env,
      },
      directory,
      startTimeoutMs: START_MS_MAX,
      onLost: (service) => void lost.push(service),
    });
    agent = connect({ ...services.place, apiKey: services.developmentKey, timeoutMs: 60_000 });
    operator = connect({ ...services.place, apiKey: services.operatorKey, timeoutMs: 60_000 });
  }, START_MS_MAX);
  afterAll(async () => {
    agent?.close();
    operator?.close();
    await services?.stop();
    await space.remove();
  }, 120_000);

  const tell = async (userId: string, contents: readonly string[]) => {
    const turns = contents.map((content) => turnOf(userId, content));
    return agent.ingest.ingestTurns({ turns });
  };
  /** Reads until what a token stands for can be read. */
  const settled = async (userId: string, token: string) => {
    const untilMs = Date.now() + WAIT_MS_MAX;
    for (;;) {
      const waitFor = { token, timeoutMs: 20_000 };
      const page = await agent.retrieval.listMemories({ userId, filters: [], pageSize: 200, waitFor });
      if (page.freshness !== 'behind') return page;
      if (Date.now() > untilMs) throw new Error(`${userId} is not there in time`);
    }
  };
  const keptTurnsOf = async (userId: string, token: string): Promise<readonly string[]> => {
    const first = await settled(userId, token);
    expect(first.freshness).toBe('current');
    const kept = [...first.memories];
    for (let cursor = first.nextCursor; cursor !== undefined;) {
      const page = await agent.retrieval.listMemories({ userId, filters: [], pageSize: 200, cursor });
      kept.push(...page.memories);
      cursor = page.nextCursor;
    }
    return kept.filter(({ kind }) => kind === 'episode').flatMap(({ turnIds }) => turnIds);
  };
  const isEqual = async () => (await agent.admin.digest({}, { timeoutMs: WAIT_MS_MAX })).equal;

  it('recalls what was told, by words and by facts, and hears when it can', async () => {
    const { token } = await tell('ana', ['I live in Lisbon, and I work at Acme Robotics.', 'I prefer short answers.']);
    await settled('ana', token);
    const recalled = await agent.retrieval.recall({ question: 'Where does Ana live?', userId: 'ana', filters: [] });
    expect(recalled.hits[0]?.memory?.text).toContain('Lisbon');
    const profile = await agent.retrieval.initSession({ userId: 'ana' });
    expect(JSON.stringify(profile)).toContain('Lisbon');
    expect(await isEqual()).toBe(true);
  });

  it('moves a fact with what is said later, and remembers what held before', async () => {
    const before = new Date().toISOString();
    const { token } = await tell('ana', ['I have moved to Porto, so start my trips from there.']);
    await settled('ana', token);
    const { hits } = await agent.retrieval.recall({ question: 'Where does Ana live?', userId: 'ana', filters: [] });
    expect(hits[0]?.memory?.text).toContain('Porto');
    const then = await agent.retrieval.asOf({ userId: 'ana', knownAt: before, entities: [], predicates: [] });
    expect(JSON.stringify(then)).toContain('Lisbon');
  });

  it('keeps the last turns of a session, and ends it', async () => {
    const session = await agent.retrieval.getSession({ session: 's1', userId: 'ana' });
    expect(session.turns.map(({ content }) => content)).toContain('I prefer short answers.');
  });

  it('loses and doubles nothing when a write-filter and an embedder are killed in mid-stream', async () => {
    const acknowledged = new Map<string, string[]>();
    let token = '';
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const userId = `user-${batch % USERS}`;
      const answer = await tell(
        userId,
        Array.from({ length: BATCH_TURNS }, (_, i) => `The parcel ${batch}-${i} goes to dock ${i} on day ${batch}.`),
      );
      acknowledged.set(userId, [...(acknowledged.get(userId) ?? []), ...answer.turnIds]);
      token = answer.token;
      if (batch === Math.floor(BATCHES / 3)) await kill('write-filter');
      if (batch === Math.floor(BATCHES / 2)) await kill('embedder');
    }
    expect(token).not.toBe('');
    for (const [userId, turnIds] of acknowledged) {
      const { token: last } = await tell(userId, ['The last parcel of all goes to dock 99.']);
      const kept = await keptTurnsOf(userId, last);
      expect(kept.length).toBe(new Set(kept).size);
      expect(turnIds.filter((turnId) => !kept.includes(turnId))).toEqual([]);
    }
    expect(await isEqual()).toBe(true);
    expect(lost.sort()).toEqual(['embedder', 'write-filter']);
  }, 400_000);

  it('erases a user from every engine, and leaves the others whole', async () => {
    const begun = await agent.erasure.eraseUser({ userId: 'user-1', legalBasis: 'gdpr-17' });
    const report = await waitUntilErased(agent, begun, { waitMsMax: WAIT_MS_MAX, pollMs: 200 });
    expect(report.verdict).toBe('clean');
    const asked = agent.retrieval.recall({ question: 'Which dock?', userId: 'user-1', filters: [] });
    await expect(asked).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await isEqual()).toBe(true);
    const others = await agent.retrieval.recall({
      question: 'Which dock has parcel 0-1?',
      userId: 'user-0',
      filters: [],
    });
    expect(others.hits).not.toEqual([]);
    await agent.erasure.enrolUser({ userId: 'user-1' });
    const { token } = await tell('user-1', ['The parcel of the new life goes to dock 7.']);
    expect((await settled('user-1', token)).memories).toHaveLength(1);
  }, 200_000);

  it('lets one erasure service work at a time, and the next one take its place', async () => {
    const active = services.processes.find(({ service }) => service === 'erasure');
    const waiting = services.add('erasure');
    await sleep(3_000);
    const begun = await agent.erasure.eraseUser({ userId: 'user-2', legalBasis: 'gdpr-17' });
    await active?.stop('SIGKILL');
    const next = await waiting;
    const address = next.grpc;
    if (address === undefined) throw new Error('there is nobody to ask');
    const other = connect({ address, apiKey: services.developmentKey });
    try {
      const report = await waitUntilErased(other, begun, { waitMsMax: WAIT_MS_MAX, pollMs: 200 });
      expect(report.verdict).toBe('clean');
    } finally {
      other.close();
    }
    expect(await isEqual()).toBe(true);
  }, 300_000);

  it('tells how it is at the health port of each process', async () => {
    const living = [...services.processes];
    expect(new Set(living.map(({ service }) => service)).size).toBe(7);
    for (const { http } of living) {
      expect((await fetch(`${http}/healthz`)).status).toBe(200);
      expect(await (await fetch(`${http}/readyz`)).json()).toMatchObject({ status: 'ready' });
    }
    const texts = await Promise.all(living.map(async ({ http }) => (await fetch(`${http}/metrics`)).text()));
    expect(texts.join()).toMatch(/mneme_records_handled_total\{group="embedder"\} [1-9]/);
  });

  it('refuses by name what it does not do yet', async () => {
    const replay = async () => {
      for await (const step of operator.admin.replay({})) void step;
    };
    await expect(replay()).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('rebuilt'),
    });
  });

  it.each([
    [
      'an engine that is not there',
      { MNEME_POSTGRES_URL: 'postgres://mneme:hush@127.0.0.1:1/none' },
      /^mneme cannot start: PostgreSQL at 127\.0\.0\.1:1\/none .+$/,
    ],
    ['a log of another size', { MNEME_KAFKA_PARTITIONS: '3' }, /^mneme cannot start: .*partition.*$/],
    ['no key file', { MNEME_ROOT_KEY_FILE: '/nowhere/root.key' }, /^mneme cannot start: root\.key is missing.*$/],
  ])('ends with one line at %s', async (_what, wrong, line) => {
    const { exitCode, err } = await endOf('write-filter', {
      ...space.env,
      MNEME_ROOT_KEY_FILE: join(directory, 'root.key'),
      ...wrong,
    });
    expect(exitCode).toBe(1);
    expect(err.trim()).toMatch(line);
    expect(err).not.toContain('hush');
  });

  it('stops at SIGTERM, what it has in hand done', async () => {
    const ended = services.processes.map(({ ended: end }) => end);
    await services.stop();
    expect(new Set(await Promise.all(ended))).toEqual(new Set([0]));
  }, 120_000);

  const kill = async (service: string) => {
    await services.processes.find((one) => one.service === service)?.stop('SIGKILL');
  };
});

function turnOf(userId: string, content: string) {
  return { userId, speakerName: userId, session: 's1', role: 'user', content, toolCalls: [] };
}
