import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const USERS = 12;
const TURNS_A_USER = 30;
const ENV = { MNEME_ERASURE_QUIET_PERIOD_MS: '50', MNEME_KEY_CACHE_MS: '50' };

describe('the digest after the log was applied again', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  let live: readonly string[];

  beforeAll(async () => {
    service = await startStandalone(directory, ENV);
    await ingestAll();
    await eraseOne('user-3');
    await service.agent.erasure.enrolUser({ userId: 'user-3' });
    await ingestAll('again ');
    live = await sumsOf();
    expect(new Set(live).size).toBe(2);
  });
  afterAll(() => service.stop('SIGTERM'));

  const ingestAll = async (prefix = '') => {
    for (let user = 0; user < USERS; user += 1) {
      const turns = Array.from({ length: TURNS_A_USER }, (_, i) => ({
        userId: `user-${user}`,
        session: `s${i % 3}`,
        role: 'user',
        content: `${prefix}note ${i} of user ${user}`,
        toolCalls: [],
      }));
      const { token } = await service.agent.ingest.ingestTurns({ turns });
      const waitFor = { token, timeoutMs: 20_000 };
      const page = await service.agent.retrieval.listMemories({ userId: `user-${user}`, filters: [], waitFor });
      expect(page.freshness).toBe('current');
    }
  };
  const eraseOne = async (userId: string) => {
    const { erasureId } = await service.agent.erasure.eraseUser({ userId, legalBasis: 'gdpr-17' });
    const isDone = async () => (await service.agent.erasure.getErasure({ erasureId })).done;
    await eventually('the erasure is done', isDone, 20_000);
  };
  const sumsOf = async () => {
    const { equal, stores } = await service.agent.admin.digest({});
    expect(equal).toBe(true);
    return stores.map(({ storeSum, storeRecords }) => `${storeRecords} ${storeSum}`);
  };
  const replayed = async (request: { readonly times: number; readonly shuffleSeed?: number | undefined }) => {
    let applied = 0;
    for await (const { recordsApplied, result } of service.agent.admin.replay(request)) {
      applied = recordsApplied;
      if (result === undefined) continue;
      expect(result.equal).toBe(true);
      return { applied, sums: result.stores.map(({ storeSum, storeRecords }) => `${storeRecords} ${storeSum}`) };
    }
    throw new Error('the replay gave no result');
  };

  it('is the same once, twice, and shuffled between partitions by any seed', async () => {
    const once = await replayed({ times: 1 });
    expect(once.sums).toEqual(live);
    expect((await replayed({ times: 2 })).applied).toBe(2 * once.applied);
    const request = fc.record({
      times: fc.integer({ min: 1, max: 3 }),
      shuffleSeed: fc.option(fc.nat(), { nil: undefined }),
    });
    const property = fc.asyncProperty(request, async (given) => {
      expect(await replayed(given)).toEqual({ applied: given.times * once.applied, sums: live });
    });
    await fc.assert(property, { numRuns: 12 });
    expect(await sumsOf()).toEqual(live);
  }, 120_000);

  it('is the same after every consumer has gone through its topic once more, in the live stores', async () => {
    for (const groups of [['catalogue', 'embedder'], ['write-filter'], ['write-filter', 'catalogue', 'embedder']]) {
      await service.stop('SIGTERM');
      forgetCommits(groups);
      service = await startStandalone(directory, ENV);
      await eventually('the consumers have come up with the log', hasNoLag, 20_000);
      expect([groups, await sumsOf()]).toEqual([groups, live]);
    }
  }, 120_000);

  const hasNoLag = async () =>
    (await service.operator.admin.getStatus({})).lags.every(({ recordsBehind }) => recordsBehind === 0);

  /** What a consumer that was killed before each of its commits would find at its next start. */
  function forgetCommits(groups: readonly string[]): void {
    const log = new DatabaseSync(join(directory, 'log.db'));
    for (const group of groups) {
      expect(log.prepare('DELETE FROM commits WHERE consumer_group = ?').run(group).changes).toBeGreaterThan(0);
    }
    log.close();
  }
});
