import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionKey, SourceId, TurnReceived } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import {
  agentAudience,
  aHandOff,
  aReadScope,
  aSessionDocument,
  aTurn,
  engineAddress,
  eventually,
  FixedClock,
  nextRecordedAt,
  randomAgentId,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
} from '@mneme/testing';
import { Redis } from 'ioredis';
import { openRedis, REDIS_DEFAULTS, type RedisOptions, type RedisStores } from './open-redis.js';
import { dropPrefixes, scratchPrefix } from './scratch-prefix.js';

const url = engineAddress('redis');
const engine = new Redis(url);
const prefixes: string[] = [];
const opened: RedisStores[] = [];
afterAll(async () => {
  await Promise.all(opened.map((redis) => redis.close()));
  engine.disconnect();
  await dropPrefixes(url, prefixes);
});

describe('what is kept in Redis', () => {
  const clock = new FixedClock();
  let keyPrefix: string;
  let store: RedisStores['sessionStore'];
  let owner: Pick<TurnReceived, 'tenantId' | 'subjectId' | 'sessionKey'>;
  const open = async (options: Partial<RedisOptions> = {}) => {
    keyPrefix = scratchPrefix();
    prefixes.push(keyPrefix);
    const redis = await openRedis({ url, keyPrefix, clock, ...options });
    opened.push(redis);
    store = redis.sessionStore;
  };
  const keys = async () => (await engine.keys(`${keyPrefix}:*`)).sort();
  const subject = () => subjectRef(owner.tenantId, owner.subjectId);
  const scope = () => aReadScope(owner.tenantId, owner.subjectId);
  const aState = (given = {}) => aSessionDocument({ ...owner, ...given });
  const writeEverything = async () => {
    await store.append([aTurn(owner)]);
    await store.setState({ kind: 'working', document: aState({ audience: agentAudience(randomAgentId()) }) });
    await store.handOff(aHandOff({ ...owner, audience: agentAudience(randomAgentId()) }), { document: aState() });
  };
  beforeEach(async () => {
    owner = { tenantId: randomTenantId(), subjectId: randomSubjectId(), sessionKey: randomSessionKey() };
    await open();
  });

  it('ends by itself, to the last key', async () => {
    await writeEverything();
    await store.eraseSubject(subject(), 2);
    await store.append([aTurn({ ...owner, epoch: 2 })]);
    await store.setState({ kind: 'task', document: aState({ epoch: 2 }) });
    await store.handOff(aHandOff({ ...owner, epoch: 2 }));
    const there = await keys();
    expect(there.length).toBeGreaterThan(8);
    for (const key of there) {
      const leftMs = await engine.pttl(key);
      expect(leftMs).toBeGreaterThan(REDIS_DEFAULTS.ttlMs - 60_000);
      expect(leftMs).toBeLessThanOrEqual(REDIS_DEFAULTS.ttlMs);
    }
  });

  it('stands below one hash tag, whatever is written for a tenant', async () => {
    await writeEverything();
    await store.eraseSubject(subject(), 2);
    await store.append([aTurn({ ...owner, epoch: 2 })]);
    const tags = (await keys()).map((key) => /\{(.+?)\}/.exec(key)?.[1]);
    expect(new Set(tags).size).toBe(1);
  });

  it('goes altogether with its subject, but for the fence', async () => {
    await writeEverything();
    expect(await store.countSubject(subject(), 2)).toBe(4);
    expect(await store.eraseSubject(subject(), 2)).toBe(4);
    expect((await keys()).map((key) => key.split('}:')[1]?.split(':')[0])).toEqual(['fence']);
  });

  it('is not written below the fence that an erasure has raised, not even in another session', async () => {
    await writeEverything();
    await store.eraseSubject(subject(), 2);
    const late = { ...owner, sessionKey: randomSessionKey() };
    await store.append([aTurn(late), aTurn(owner)]);
    expect(await store.setState({ kind: 'task', document: aSessionDocument(late) })).toEqual({ state: 'fenced' });
    expect(await store.handOff(aHandOff(owner))).toEqual({ state: 'fenced' });
    expect(await store.countSubject(subject(), 9)).toBe(0);
    await store.append([aTurn({ ...late, epoch: 2 })]);
    expect(await store.countSubject(subject(), 9)).toBe(1);
    // An older erasure that is done again lowers nothing.
    await store.eraseSubject(subject(), 1);
    expect(await store.setState({ kind: 'task', document: aState() })).toEqual({ state: 'fenced' });
  });

  it('loses no write to the erasure of a source', async () => {
    const [first, second] = [aTurn(owner), aTurn(owner)];
    await store.append([first]);
    await store.eraseSources(subject(), [first.turnId as string as SourceId], 2);
    await store.append([second]);
    expect(await store.lastTurns(scope(), owner.sessionKey, 10)).toEqual([second]);
  });

  it('of racing writers and an erasure, leaves nothing of before', async () => {
    for (let round = 0; round < 50; round += 1) {
      const racing = { ...owner, subjectId: randomSubjectId() };
      const of = subjectRef(racing.tenantId, racing.subjectId);
      await Promise.all([
        store.append([aTurn({ ...racing, sessionKey: randomSessionKey() })]),
        store.setState({ kind: 'task', document: aSessionDocument({ ...racing, sessionKey: randomSessionKey() }) }),
        store.eraseSubject(of, 2),
        store.append([aTurn({ ...racing, sessionKey: randomSessionKey() })]),
        store.handOff(aHandOff({ ...racing, sessionKey: randomSessionKey() })),
      ]);
      expect(await store.countSubject(of, 2)).toBe(0);
    }
  });

  it('leaves the indexes once the engine has dropped a session', async () => {
    await open({ ttlMs: 40 });
    await store.append([aTurn(owner)]);
    const [session] = (await keys()).filter((key) => key.endsWith(':turns'));
    await eventually('the session is gone', async () => (await engine.exists(session as string)) === 0);
    await open();
    const member = `${owner.tenantId}/${owner.subjectId}`;
    const roots = Array.from({ length: 16 }, (_, shard) => `${keyPrefix}:{${keyPrefix}:${shard}}:uses`);
    for (const root of roots) await engine.zadd(root, '1', `${member}/${randomSessionKey()}`);
    await store.append([aTurn(owner)]);
    const counts = await Promise.all(roots.map((root) => engine.zcard(root)));
    // Where it was written the stale one went and the new one came; elsewhere nothing happened.
    expect(counts).toEqual(roots.map(() => 1));
    const found = await Promise.all(roots.map((root) => engine.zrange(root, '0', '-1')));
    expect(found.flat()).toContain(`${member}/${owner.sessionKey}`);
  });

  it('is bounded: so many turns and so many documents a session', async () => {
    await open({ turnsMax: 2, documentsMax: 2 });
    const turns = [1, 2, 3].map((second) => aTurn({ ...owner, occurredAt: `2026-01-01T00:00:0${second}.000Z` }));
    await store.append(turns);
    expect(await store.lastTurns(scope(), owner.sessionKey, 10)).toEqual(turns.slice(1));
    const toAgent = () => aHandOff({ ...owner, audience: agentAudience(randomAgentId()) });
    const first = toAgent();
    await store.handOff(first, { document: aState() });
    await expect(store.handOff(toAgent())).rejects.toMatchObject({
      code: 'limit-exceeded',
      detail: { limit: 'documentsMax=2' },
    });
    expect(await store.handOff({ ...first, revision: nextRecordedAt() }, { document: aState() })).toEqual({
      state: 'written',
    });
  });

  it('finds sessions of the same instant page by page, though the one it stopped at is gone', async () => {
    clock.set(1_000);
    const turns = Array.from({ length: 30 }, () => aTurn({ sessionKey: randomSessionKey() as SessionKey }));
    await store.append(turns);
    const found: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 20; pages += 1) {
      const page = await store.idleSessions({
        beforeMs: 2_000,
        sessionsMax: 4,
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page.sessions.map(({ sessionKey }) => sessionKey));
      for (const session of page.sessions) await store.noteEnded(session);
      after = page.next;
      if (after === undefined) break;
    }
    expect([...found].sort()).toEqual(turns.map(({ sessionKey }) => sessionKey).sort());
    await expect(store.idleSessions({ beforeMs: 1, sessionsMax: 1, after: 'nowhere' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  it('is apart from what stands under another prefix', async () => {
    await writeEverything();
    const [first, of] = [store, scope()];
    await open();
    expect(await store.openSession(of, owner.sessionKey, { turnsMax: 10, nowMs: 0 })).toEqual({ turns: [] });
    await store.eraseSubject(subject(), 9);
    expect(await first.countSubject(subject(), 2)).toBe(4);
  });
});
