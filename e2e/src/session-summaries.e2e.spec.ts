import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MemoryDerived, MemoryDerivedV1, TOPICS } from '@mneme/events';
import { catalogueRowOf, memoryIdOf, partitionOf, type Principal, seal } from '@mneme/domain';
import { AcceptCommands, decodeReadToken, TurnOrder } from '@mneme/platform';
import { EndIdleSessions } from '@mneme/maintenance-service';
import { aMemory, aReadScope, eventually } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';
import { anAgent, keyOfSession, say, type SessionCalls, sessionCallsOf, subjectOfSession } from './session-calls.js';

const MINUTE_MS = 60_000;

describe('summaries of sessions', () => {
  let world: ErasureWorld;
  let calls: SessionCalls;
  let agent: Principal;
  beforeAll(async () => {
    world = await ErasureWorld.open();
    calls = sessionCallsOf(world);
    agent = await anAgent(world, 'helper');
  });
  afterAll(() => world.close());
  const end = (userId: string, session = 's') => calls.ends.end(agent, { session, userId });
  const tell = async (userId: string, ...contents: string[]) => {
    const turns = [];
    for (const content of contents)
      turns.push(await say(world, { userId, session: 's', content, speakerName: userId }));
    return turns;
  };
  const summariesOf = async (userId: string) => {
    await world.drained();
    const filters = [{ field: 'kind', op: 'in', values: ['summary'] }];
    return (await readsOf(world).memories.list(agent, { userId, filters })).memories;
  };
  const endsOn = async (userId: string) => {
    const { log } = world.engines.stores;
    const partition = partitionOf(await world.subjectOf(userId), log.partitionCount);
    const records = await log.read({ topic: TOPICS.turns.name, partition, offset: 0 }, 100_000);
    const sessionKey = await keyOfSession(world, 's', userId);
    return records.filter(({ value }) => value?.includes('session-ended') === true && value.includes(sessionKey));
  };

  it('come when a session is ended, from what was kept of it', async () => {
    const turns = await tell('ana', 'We decided to move to Porto in May.', 'Thanks!', 'My budget is 900 euros.');
    const ended = await end('ana');
    expect(ended).toMatchObject({ state: 'ended', turnCount: 3 });
    const [summary, ...others] = await summariesOf('ana');
    expect(others).toEqual([]);
    expect(summary).toMatchObject({
      kind: 'summary',
      session: 's',
      scope: 'user',
      text: 'ana: We decided to move to Porto in May.\nana: My budget is 900 euros.',
      turnIds: [turns[0]?.turnId, turns[2]?.turnId],
      trust: 0.9,
    });
  });

  it('are ended once for the same turns, whoever says so', async () => {
    await tell('ben', 'Ben lives in Lisbon.', 'Ben works at Acme.');
    const [first, again] = [await end('ben'), await end('ben')];
    expect(decodeReadToken(again.token ?? '').turnIds).toEqual(decodeReadToken(first.token ?? '').turnIds);
    expect(again.token).toBe(first.token);
    await Promise.all([end('ben'), end('ben')]);
    expect(await endsOn('ben')).toHaveLength(1);
    expect(await summariesOf('ben')).toHaveLength(1);
  });

  it('have a newer version when the session went on and ended again', async () => {
    await tell('eva', 'Eva lives in Lisbon.', 'Eva works at Acme.');
    await end('eva');
    const [before] = await summariesOf('eva');
    await tell('eva', 'Eva prefers trains to planes.');
    await end('eva');
    const [after, ...others] = await summariesOf('eva');
    expect(others).toEqual([]);
    expect(after?.memoryId).toBe(before?.memoryId);
    expect(Number(after?.version)).toBeGreaterThan(Number(before?.version));
    expect(after?.text).toContain('trains');
  });

  it('say nothing of what was taken back, at once and at the next end', async () => {
    const [, secret] = await tell('kim', 'Kim lives in Faro.', 'Kim owns a red boat.', 'Kim works at Acme.');
    await end('kim');
    expect((await summariesOf('kim'))[0]?.text).toContain('boat');
    await retract(secret?.turnId ?? '', 'kim');
    expect(await summariesOf('kim')).toEqual([]);
    await tell('kim', 'Kim prefers tea to coffee.');
    await end('kim');
    const [summary] = await summariesOf('kim');
    expect(summary?.text).toContain('Faro');
    expect(summary?.text).not.toContain('boat');
    expect(summary?.turnIds).not.toContain(secret?.turnId);
  });
  const retract = async (turnId: string, userId: string) => {
    const { stores, keyring, clock } = world.engines;
    const { acceptedTurns, log } = stores;
    const order = new TurnOrder({ acceptedTurns, log, clock, logger: world.logger });
    const accept = new AcceptCommands({ keyring, acceptedTurns, log, order, logger: world.logger });
    const { tenantId, subjectId } = await subjectOfSession(world, userId);
    const wish = { action: 'retract', sourceId: turnId as never } as const;
    await accept.accept([{ tenantId, subjectId, sourceClass: 'user', idempotencyKey: turnId, wish }]);
  };

  it('are none of a session that has no turn, or one that says little', async () => {
    expect(await end('nobody')).toEqual({ state: 'empty', turnCount: 0 });
    await tell('leo', 'Hi!', 'ok');
    expect(await end('leo')).toMatchObject({ state: 'ended', turnCount: 2 });
    expect(await summariesOf('leo')).toEqual([]);
  });

  const sweepAt = (aheadMs: number, noteEnded = true) => {
    const { sessionStore } = world.engines.stores;
    const sessionEnds = {
      turnsOf: sessionStore.turnsOf.bind(sessionStore),
      idleSessions: sessionStore.idleSessions.bind(sessionStore),
      noteEnded: noteEnded ? sessionStore.noteEnded.bind(sessionStore) : () => Promise.reject(new Error('killed')),
    };
    const clock = { nowMs: () => Date.now() + aheadMs };
    const { keyring } = world.engines;
    return new EndIdleSessions({ sessionEnds, endSessions: calls.endSessions, keyring, clock, logger: world.logger });
  };

  it('come by themselves when nothing was said for a while, and once', async () => {
    await tell('ivo', 'Ivo lives in Lisbon.', 'Ivo works at Acme.');
    await sweepAt(29 * MINUTE_MS).runOnce();
    expect(await endsOn('ivo')).toEqual([]);
    // A process that dies after the log has the end and before that is noted.
    await sweepAt(31 * MINUTE_MS, false).runOnce();
    await sweepAt(31 * MINUTE_MS).runOnce();
    await sweepAt(31 * MINUTE_MS).runOnce();
    expect(await endsOn('ivo')).toHaveLength(1);
    expect(await summariesOf('ivo')).toHaveLength(1);
    await tell('ivo', 'Ivo prefers tea to coffee.');
    await sweepAt(31 * MINUTE_MS).runOnce();
    expect(await endsOn('ivo')).toHaveLength(2);
    expect((await summariesOf('ivo'))[0]?.text).toContain('tea');
  });

  it('do not come by themselves where the policy says never', async () => {
    const { controlStore } = world.engines.stores;
    const tenant = await controlStore.findTenant(world.tenantId);
    const policy = tenant?.policy as NonNullable<typeof tenant>['policy'];
    await tell('max', 'Max lives in Lisbon.', 'Max works at Acme.');
    await controlStore.setPolicy(world.tenantId, { ...policy, sessions: { idleMinutes: null } });
    world.engines.keyring.forgetTenant(world.tenantId);
    await sweepAt(600 * MINUTE_MS).runOnce();
    await controlStore.setPolicy(world.tenantId, policy);
    world.engines.keyring.forgetTenant(world.tenantId);
    expect(await endsOn('max')).toEqual([]);
  });

  it('go with their user, from every store and from the log', async () => {
    await tell('ada', 'Ada lives in Lisbon.', 'Ada works at Acme.');
    await end('ada');
    expect(await summariesOf('ada')).toHaveLength(1);
    const subjectId = await world.subjectOf('ada');
    expect((await world.erase(subjectId)).verdict).toBe('clean');
    expect(await world.remains(subjectId, 99)).toBe(0);
    await expect(end('ada')).rejects.toMatchObject({ code: 'subject-erased' });
    await sweepAt(31 * MINUTE_MS).runOnce();
    expect(await world.remains(subjectId, 99)).toBe(0);
  });

  it('with two contributors are not read any more when one of them is erased', async () => {
    const shared = await planted('una', ['una', 'pia']);
    const read = () => readsOf(world).memories.list(agent, { userId: 'una', filters: [] });
    expect((await read()).memories.map(({ memoryId }) => memoryId)).toContain(shared.memoryId);
    await world.ingest('pia', 'likes tea number 1');
    await world.drained();
    expect((await world.erase(await world.subjectOf('pia'))).verdict).toBe('clean');
    expect((await read()).memories.map(({ memoryId }) => memoryId)).not.toContain(shared.memoryId);
    // Its owner's erasure takes it out of every store.
    await world.erase(shared.subjectId);
    const scope = aReadScope(world.tenantId, shared.subjectId);
    expect(await world.engines.stores.catalogue.get(scope, [shared.memoryId])).toEqual([]);
  });
  /** A summary as only another writer could make it: no session has turns of two users. */
  const planted = async (owner: string, users: readonly string[]): Promise<MemoryDerived> => {
    const contributors = [];
    for (const user of users) {
      const { subjectId } = await subjectOfSession(world, user);
      await world.engines.keyring.admit(world.tenantId, [subjectId]);
      contributors.push(subjectId);
    }
    const { tenantId, subjectId } = await subjectOfSession(world, owner);
    const access = (await world.engines.keyring.open(tenantId, [subjectId])).get(subjectId);
    if (access?.state !== 'open') throw new Error('no access');
    const sourceId = (await keyOfSession(world, 's', owner)) as string as MemoryDerived['sourceId'];
    const memoryId = memoryIdOf({ tenantId, subjectId, sourceId, kind: 'summary', ordinal: 0 });
    const memory = aMemory({
      tenantId,
      subjectId,
      sourceId,
      memoryId,
      contributors,
      kind: 'summary',
      epoch: access.epoch,
    });
    const text = JSON.stringify({ text: 'Una and Pia decided to meet in Porto.', session: 's' });
    const event = { ...memory, sealed: seal(access.keys, { ...memory, recordId: memoryId }, text) };
    const { log } = world.engines.stores;
    const partition = partitionOf(subjectId, log.partitionCount);
    const value = JSON.stringify(MemoryDerivedV1.parse(event));
    const key = `${memoryId}/${memory.version}`;
    await log.append([{ topic: TOPICS.memories.name, partition, key, value, subjectId }]);
    await eventually('it is in the catalogue', async () => {
      const rows = await world.engines.stores.catalogue.get(aReadScope(tenantId, subjectId), [memoryId]);
      return rows.length === 1;
    });
    expect(catalogueRowOf(event).contributors).toHaveLength(2);
    return event;
  };
});
