import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ENV = { MNEME_ERASURE_QUIET_PERIOD_MS: '50', MNEME_KEY_CACHE_MS: '50' };
const SENTENCE = 'I moved to Lisbon last spring and I prefer short answers.';

/** keys.db comes from a backup that is older than what the log says of erasures. */
describe('a start with an older registry', () => {
  let directory: string;
  let service: Running;

  beforeEach(async () => {
    directory = join(temporaryDirectory(), 'data');
    service = await startStandalone(directory, ENV);
    for (const userId of ['ana', 'ben']) await say(userId);
  });
  afterEach(() => service.stop('SIGTERM'));

  const say = async (userId: string) => {
    const turn = { userId, session: 's', role: 'user', content: SENTENCE, toolCalls: [] };
    const { token } = await service.agent.ingest.ingestTurns({ turns: [turn] });
    const waitFor = { token, timeoutMs: 20_000 };
    expect(await service.agent.retrieval.listMemories({ userId, filters: [], waitFor })).toMatchObject({
      freshness: 'current',
    });
  };
  const known = async (userId: string) =>
    (await service.agent.retrieval.listMemories({ userId, filters: [] })).memories;
  const erase = async (userId: string) => {
    const { erasureId } = await service.agent.erasure.eraseUser({ userId, legalBasis: 'gdpr-17' });
    await eventually(
      'the erasure is done',
      async () => (await service.agent.erasure.getErasure({ erasureId })).done,
      20_000,
    );
    return erasureId;
  };
  const restart = async (between: () => void = () => undefined, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    await service.stop(signal);
    between();
    service = await startStandalone(directory, ENV);
  };
  const backedUp = (file: string) => join(directory, '..', `backup-${file}`);
  const backUp = (file: string) => {
    for (const suffix of ['', '-wal']) {
      if (existsSync(join(directory, file + suffix)))
        copyFileSync(join(directory, file + suffix), backedUp(file + suffix));
    }
  };
  const restore = (file: string) => {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(directory, file + suffix), { force: true });
      if (existsSync(backedUp(file + suffix))) copyFileSync(backedUp(file + suffix), join(directory, file + suffix));
    }
  };
  const inKeys = <T>(work: (db: InstanceType<typeof DatabaseSync>) => T): T => {
    const db = new DatabaseSync(join(directory, 'keys.db'));
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const livingKeys = () =>
    inKeys((db) => db.prepare('SELECT count(*) AS n FROM subjects WHERE has_key = 1').get() as { n: number }).n;
  const expectClosed = async (userId: string) => {
    await expect(known(userId)).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(say(userId)).rejects.toMatchObject({ code: 'subject-erased' });
  };
  const expectErased = async (erasureId: string) => {
    await expectClosed('ana');
    const { done, verdict } = await service.agent.erasure.getErasure({ erasureId });
    expect([done, verdict]).toEqual([true, 'clean']);
    expect((await service.agent.admin.digest({})).equal).toBe(true);
    expect(await known('ben')).not.toEqual([]);
  };

  it('keeps who was erased erased: fenced, without a key, and in no store', async () => {
    await restart(() => backUp('keys.db'));
    const erasureId = await erase('ana');
    // Who came after the backup is in no registry, but in the log.
    await say('carl');
    await erase('carl');
    await restart(() => {
      restore('keys.db');
      expect(livingKeys()).toBe(2);
    });
    await expectErased(erasureId);
    await expectClosed('carl');
    expect(livingKeys()).toBe(1);
    expect(
      inKeys((db) => db.prepare('SELECT count(*) AS n FROM key_slots WHERE key = zeroblob(length(key))').get()),
    ).toEqual({ n: 2 });
    await restart();
    await expectErased(erasureId);
    await service.agent.erasure.enrolUser({ userId: 'ana' });
    expect(await known('ana')).toEqual([]);
    await say('ana');
    expect(await known('ana')).not.toEqual([]);
  }, 120_000);

  it('does so with stores of the same backup, and for a user who was erased more than once', async () => {
    await restart(() => ['keys.db', 'store.db', 'session.db'].forEach(backUp));
    await erase('ana');
    await service.agent.erasure.enrolUser({ userId: 'ana' });
    await say('ana');
    const erasureId = await erase('ana');
    await restart(() => ['keys.db', 'store.db', 'session.db'].forEach(restore));
    await expectClosed('ana');
    const { erasures } = await service.agent.erasure.listErasures({});
    expect(erasures.map((one) => [one.done, one.erasureId === erasureId])).toEqual([
      [true, true],
      [true, false],
    ]);
    const store = new DatabaseSync(join(directory, 'store.db'));
    const { n } = store.prepare('SELECT count(DISTINCT subject_id) AS n FROM catalogue').get() as { n: number };
    store.close();
    expect(n).toBe(1);
  }, 120_000);

  it('goes on with an erasure that a crash has left half done', async () => {
    await restart(() => backUp('keys.db'));
    const { erasureId } = await service.agent.erasure.eraseUser({ userId: 'ana', legalBasis: 'gdpr-17' });
    await restart(() => restore('keys.db'), 'SIGKILL');
    await expectClosed('ana');
    const isDone = async () => (await service.agent.erasure.getErasure({ erasureId })).done;
    await eventually('the erasure is done', isDone, 20_000);
    await expectClosed('ana');
  }, 120_000);
});
