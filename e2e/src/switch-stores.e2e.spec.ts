import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ENV = { MNEME_ERASURE_QUIET_PERIOD_MS: '50', MNEME_KEY_CACHE_MS: '50' };
const USERS = 8;
const TURNS_A_USER = 40;

describe('stores that are rebuilt in place', () => {
  let directory: string;
  let service: Running;

  beforeEach(async () => {
    directory = join(temporaryDirectory(), 'data');
    service = await startStandalone(directory, ENV);
    const policyJson = '{"writeFilter":{"keepAtLeast":0}}';
    await service.operator.admin.setPolicy({ tenantId: 'development', policyJson });
    for (let user = 0; user < USERS; user += 1) await say(`user-${user}`, TURNS_A_USER);
  });
  afterEach(() => service.stop('SIGTERM'));

  const say = async (userId: string, count = 1) => {
    const turns = Array.from({ length: count }, (_, i) => ({
      userId,
      session: `s${i % 3}`,
      role: 'user',
      content: `I live in Lisbon, says ${userId} in note ${i}`,
      toolCalls: [],
    }));
    const { token } = await service.agent.ingest.ingestTurns({ turns });
    const waitFor = { token, timeoutMs: 20_000 };
    const { freshness } = await service.agent.retrieval.listMemories({ userId, filters: [], waitFor });
    expect(freshness).toBe('current');
  };
  const recalled = async (userId: string) =>
    (await service.agent.retrieval.recall({ userId, question: 'Where do I live?', filters: [] })).hits.length;
  const sums = async () => {
    const { equal, stores } = await service.agent.admin.digest({});
    expect(equal).toBe(true);
    return stores.map(({ storeSum, storeRecords }) => `${storeRecords} ${storeSum}`);
  };
  const switchOver = async () => {
    for await (const { result, switched } of service.operator.admin.replay({ switchOver: true })) {
      if (result !== undefined) return { equal: result.equal, switched };
    }
    throw new Error('the switch gave no result');
  };
  const names = () => JSON.parse(readFileSync(join(directory, 'stores.json'), 'utf8')) as { current: string };
  const rowsIn = (file: string, sql: string) => {
    const db = new DatabaseSync(join(directory, file));
    try {
      return (db.prepare(sql).get() as { n: number }).n;
    } finally {
      db.close();
    }
  };
  const restart = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM', between: () => void = () => undefined) => {
    await service.stop(signal);
    between();
    service = await startStandalone(directory, ENV);
  };

  it('take the place of the live ones while people read and write, and give it back', async () => {
    const before = await sums();
    let isOver = false;
    let reads = 0;
    const reading = (async () => {
      for (; !isOver; reads += 1) expect(await recalled('user-0')).toBeGreaterThan(0);
    })();
    const writing = (async () => {
      for (let i = 0; !isOver; i += 1) {
        await service.agent.ingest.ingestTurns({
          turns: [{ userId: 'writer', session: 's', role: 'user', content: `I own boat ${i}`, toolCalls: [] }],
        });
        await sleep(5);
      }
    })();
    expect(await switchOver()).toEqual({ equal: true, switched: true });
    isOver = true;
    await Promise.all([reading, writing]);
    expect(reads).toBeGreaterThan(3);
    expect(names()).toMatchObject({ current: 'store-2.db', previous: { file: 'store.db' } });
    await say('user-0');
    const after = await sums();
    expect(after).not.toEqual(before);

    await restart();
    expect(await sums()).toEqual(after);
    await say('user-1');
    const rolledBack = await mneme(directory, ['replay', '--rollback']);
    expect([rolledBack.exitCode, rolledBack.out]).toEqual([0, expect.stringContaining('switched: these are the live')]);
    expect(names()).toMatchObject({ current: 'store.db', previous: { file: 'store-2.db' } });
    await say('user-1');
    await sums();
    expect((await mneme(directory, ['replay', '--drop-previous'])).exitCode).toBe(0);
    expect(readdirSync(directory).filter((name) => name.startsWith('store-2'))).toEqual([]);
    expect((await mneme(directory, ['replay', '--drop-previous'])).exitCode).toBe(1);
    await say('user-2');
    await sums();
  }, 120_000);

  it('hold nothing of a user who was erased meanwhile, nor do those of before', async () => {
    const erased = ['user-1', 'user-2', 'user-3'];
    const erasing = Promise.all(
      erased.map(async (userId, i) => {
        await sleep(i * 40);
        const { erasureId } = await service.agent.erasure.eraseUser({ userId, legalBasis: 'gdpr-17' });
        const isDone = async () => (await service.agent.erasure.getErasure({ erasureId })).done;
        await eventually('the erasure is done', isDone, 30_000);
        return (await service.agent.erasure.getErasure({ erasureId })).verdict;
      }),
    );
    expect(await switchOver()).toMatchObject({ switched: true });
    expect(await erasing).toEqual(erased.map(() => 'clean'));
    await sums();
    for (const file of ['store.db', 'store-2.db']) {
      for (const table of ['catalogue', 'vector_entries', 'facts']) {
        const n = rowsIn(file, `SELECT count(DISTINCT subject_id) AS n FROM ${table}`);
        expect([file, table, n]).toEqual([file, table, USERS - erased.length]);
      }
    }
  }, 120_000);

  it('are the old ones or the new ones after a kill at any moment, and never half of them', async () => {
    const startedMs = performance.now();
    await switchOver();
    const tookMs = performance.now() - startedMs;
    const expected = await sums();
    for (let kill = 0; kill < 6; kill += 1) {
      const switching = switchOver().catch(() => undefined);
      await sleep((tookMs * (kill + 1)) / 6);
      await restart('SIGKILL');
      await switching;
      expect(await sums()).toEqual(expected);
      expect(await recalled('user-0')).toBeGreaterThan(0);
      const { current } = names();
      const kept = readdirSync(directory).filter((name) => /^store(-\d+)?\.db$/.test(name));
      expect(kept).toContain(current);
      expect(kept.length).toBeLessThanOrEqual(2);
    }
  }, 180_000);

  it('bring memories back that were embedded with another model, of which the service tells until then', async () => {
    await restart('SIGTERM', () => {
      const db = new DatabaseSync(join(directory, 'store.db'));
      db.exec("UPDATE vector_entries SET model = 'of-before'; UPDATE vector_models SET model = 'of-before'");
      db.close();
    });
    const readiness = async () => (await (await fetch(`${service.http}/readyz`)).json()) as { warnings?: string[] };
    expect(await readiness()).toMatchObject({ status: 'ready', warnings: [expect.stringContaining('of-before')] });
    const status = await service.operator.admin.getStatus({});
    expect(status.embeddingModels).toEqual([expect.any(String), 'of-before']);
    expect(await recalled('user-0')).toBe(0);
    expect(await switchOver()).toEqual({ equal: true, switched: true });
    expect(await readiness()).toEqual({ status: 'ready' });
    expect(await recalled('user-0')).toBeGreaterThan(0);
    expect(existsSync(join(directory, 'store.db'))).toBe(true);
  }, 120_000);

  it('are the operator’s to change, all of them at once', async () => {
    const asAgent = async () => {
      for await (const step of service.agent.admin.replay({ switchOver: true })) void step;
    };
    await expect(asAgent()).rejects.toMatchObject({ code: 'forbidden' });
    await expect(service.agent.admin.dropPrevious({})).rejects.toMatchObject({ code: 'forbidden' });
    const ofOne = async () => {
      const request = { switchOver: true, tenantId: 'development' };
      for await (const step of service.operator.admin.replay(request)) void step;
    };
    await expect(ofOne()).rejects.toMatchObject({ code: 'invalid-input', detail: { field: 'switchOver' } });
  });
});
