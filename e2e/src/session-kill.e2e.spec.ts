import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const USERS = 12;
const ENV = { MNEME_ERASURE_QUIET_PERIOD_MS: '50', MNEME_KEY_CACHE_MS: '50' };

describe('ends of sessions and a process that is killed', () => {
  const directory = join(temporaryDirectory(), 'data');
  const tokens = new Map<string, string>();
  let service: Running;
  beforeAll(async () => {
    service = await startStandalone(directory, ENV);
  });
  afterAll(() => service.stop('SIGTERM'));

  const told = async (userId: string, prefix: string) => {
    const contents = [`${prefix}${userId} lives in Lisbon.`, `${prefix}${userId} works at Acme.`, 'ok'];
    const turns = contents.map((content) => ({ userId, session: 's', role: 'user', content, toolCalls: [] }));
    await service.agent.ingest.ingestTurns({ turns });
  };
  const users = Array.from({ length: USERS }, (_, i) => `user-${i}`);
  const summariesOf = async (userId: string) => {
    const filters = [{ field: 'kind', op: 'in', values: ['summary'] }];
    const waitFor = { token: tokens.get(userId) ?? '', timeoutMs: 30_000 };
    const page = await service.agent.retrieval.listMemories({ userId, filters, waitFor });
    expect(page.freshness).toBe('current');
    return page.memories;
  };
  const sums = async () => {
    const { equal, stores } = await service.agent.admin.digest({});
    expect(equal).toBe(true);
    return stores.map(({ storeSum, storeRecords }) => `${storeRecords} ${storeSum}`);
  };

  it('gives each session that was ended its summary, once, whenever the process dies', async () => {
    for (const userId of users) {
      await told(userId, '');
      const { state, token, turnCount } = await service.agent.sessions.endSession({ userId, session: 's' });
      // The turns of just before are in it, although the session store gets them after the answer.
      expect([state, turnCount]).toEqual(['ended', 3]);
      tokens.set(userId, token ?? '');
    }
    await service.stop('SIGKILL');
    service = await startStandalone(directory, ENV);
    for (const userId of users) {
      const summaries = await summariesOf(userId);
      expect(summaries.map(({ text }) => text)).toEqual([
        `user: ${userId} lives in Lisbon.\nuser: ${userId} works at Acme.`,
      ]);
    }
  }, 120_000);

  it('sums up the same when all is read again, after more was said and after an erasure', async () => {
    for (const userId of users.slice(0, 3)) {
      await told(userId, 'Now ');
      const { token } = await service.agent.sessions.endSession({ userId, session: 's' });
      tokens.set(userId, token ?? '');
      expect((await summariesOf(userId))[0]?.text).toContain('Now');
    }
    const { erasureId } = await service.agent.erasure.eraseUser({ userId: 'user-5', legalBasis: 'gdpr-17' });
    const isDone = async () => (await service.agent.erasure.getErasure({ erasureId })).done;
    await eventually('the erasure is done', isDone, 20_000);
    const live = await sums();
    await service.stop('SIGTERM');
    const log = new DatabaseSync(join(directory, 'log.db'));
    const forgotten = log.prepare("DELETE FROM commits WHERE consumer_group = 'write-filter'").run();
    expect(forgotten.changes).toBeGreaterThan(0);
    log.close();
    service = await startStandalone(directory, ENV);
    const hasNoLag = async () =>
      (await service.operator.admin.getStatus({})).lags.every(({ recordsBehind }) => recordsBehind === 0);
    await eventually('the consumers have come up with the log', hasNoLag, 20_000);
    expect(await sums()).toEqual(live);
    for await (const { result } of service.agent.admin.replay({ times: 2, shuffleSeed: 5 })) {
      if (result !== undefined) expect(result.equal).toBe(true);
    }
  }, 120_000);

  it('keeps what agents keep of sessions over a kill', async () => {
    const of = { userId: 'user-1', session: 's' };
    const { revision } = await service.agent.sessions.setTaskState({ ...of, stateJson: '{"step":7}' });
    const { resumeToken } = await service.agent.sessions.handOff({ ...of, note: 'go on', toAgent: 'development' });
    await service.stop('SIGKILL');
    service = await startStandalone(directory, ENV);
    const resumed = await service.agent.sessions.resume({ resumeToken });
    expect(resumed).toMatchObject({ task: { stateJson: '{"step":7}', revision }, handOff: { note: 'go on' } });
    const profile = await service.agent.retrieval.initSession(of);
    expect(profile).toMatchObject({ task: { revision }, handOff: { note: 'go on' } });
  }, 60_000);
});
