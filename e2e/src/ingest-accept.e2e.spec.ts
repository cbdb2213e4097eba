import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { readScopeOf, subjectRef, Unavailable } from '@mneme/domain';
import type { SubjectId, TurnReceived } from '@mneme/events';
import { aCaller, type Caller, type IngestRig, loggedTurns, openIngest } from './ingest-rig.js';

const turn = (given: object = {}) => ({
  userId: 'ana',
  session: 's1',
  role: 'user',
  content: 'I moved to Lisbon',
  ...given,
});
const BAD_TURNS = [
  { content: undefined },
  { role: 'wizard' },
  { session: '' },
  { occurredAt: '2026-02-30T00:00:00Z' },
  { occurredAt: '2026-02-20T00:00:00' },
  { content: 'half \ud800 pair' },
  { scope: 'team', teamId: 'nobody' },
  { scope: 'team' },
  { userId: '' },
  { surprise: 1 },
  { toolCalls: [{ name: 'find', arguments: '[]' }] },
  { content: 'x'.repeat(65_537) },
];

describe('accepting turns', () => {
  let rig: IngestRig;
  let caller: Caller;
  const accept = (request: object) => rig.acceptTurns.accept(caller.principal, request);
  const logged = async () =>
    (await loggedTurns(rig.engines)).flat().filter(({ tenantId }) => tenantId === caller.principal.tenantId);
  const inSession = async ({ sessionKey, subjectId, audience }: TurnReceived) => {
    await rig.acceptTurns.stop();
    const named = audience.startsWith('u:') ? subjectId : undefined;
    return rig.engines.stores.sessionStore.lastTurns(readScopeOf(caller.principal, named), sessionKey, 100);
  };

  beforeAll(async () => {
    rig = await openIngest({ sessionWriteMsMax: 50 });
  });
  afterAll(() => rig.close());

  it('gives the same answer to the same request, and appends it once', async () => {
    caller = await aCaller(rig);
    const request = { turns: [turn(), turn({ role: 'assistant', content: 'Noted.' })], idempotencyKey: 'k1' };
    const first = await accept(request);
    const second = await accept(request);
    expect(second).toEqual({ ...first, repeatedCount: 2 });
    expect(first.repeatedCount).toBe(0);
    expect(await logged()).toHaveLength(2);
  });

  it('makes a key for a request that has none, and takes it back later', async () => {
    caller = await aCaller(rig);
    const first = await accept({ turns: [turn()] });
    const again = await accept({ turns: [turn()], idempotencyKey: first.idempotencyKey });
    expect(again.turnIds).toEqual(first.turnIds);
    expect((await accept({ turns: [turn()] })).turnIds).not.toEqual(first.turnIds);
  });

  it('refuses another payload under the same key, and publishes nothing of that request', async () => {
    caller = await aCaller(rig);
    await accept({ turns: [turn({ idempotencyKey: 'one' })] });
    const request = { turns: [turn({ content: 'new' }), turn({ idempotencyKey: 'one', content: 'other' })] };
    await expect(accept(request)).rejects.toMatchObject({ code: 'conflict', detail: { index: 1 } });
    expect(await logged()).toHaveLength(1);
  });

  it('knows a turn by its own key in whatever request it travels', async () => {
    caller = await aCaller(rig);
    const own = turn({ idempotencyKey: 'mine' });
    const alone = await accept({ turns: [own] });
    const among = await accept({ turns: [turn({ content: 'first' }), own, own] });
    expect(alone.idempotencyKey).toBe('mine');
    expect(among.turnIds.slice(1)).toEqual([alone.turnIds[0], alone.turnIds[0]]);
    expect(among.repeatedCount).toBe(2);
    expect(await logged()).toHaveLength(2);
  });

  it('refuses a whole request for one bad turn at any place, and writes nothing of it', async () => {
    caller = await aCaller(rig);
    const [kept] = (await accept({ turns: [turn()] })).turnIds;
    const bad = fc.record({ size: fc.integer({ min: 1, max: 12 }), at: fc.nat(), what: fc.constantFrom(...BAD_TURNS) });
    await fc.assert(
      fc.asyncProperty(bad, fc.string({ minLength: 8, maxLength: 12, unit: 'grapheme-ascii' }), async (one, key) => {
        const index = one.at % one.size;
        const turns = Array.from({ length: one.size }, (_, i) => turn(i === index ? one.what : {}));
        const refusal = { detail: { index, field: expect.stringContaining(`turns[${index}].`) } };
        await expect(accept({ turns, idempotencyKey: key })).rejects.toMatchObject(refusal);
        const [only, ...rest] = await logged();
        expect(only?.turnId).toBe(kept);
        expect(rest).toEqual([]);
        expect(await inSession(only as TurnReceived)).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
    expect(await rig.engines.stores.acceptedTurns.countSubject(await refOf(), 100)).toBe(1);
  });

  const refOf = async () => {
    const [only] = await logged();
    return subjectRef(caller.principal.tenantId, (only as TurnReceived).subjectId);
  };

  it('lets instants rise in every partition under many requests at a time', async () => {
    caller = await aCaller(rig);
    const requests = Array.from({ length: 60 }, (_, i) => ({
      turns: Array.from({ length: 1 + (i % 7) }, (_, j) => turn({ userId: `u${(i + j) % 9}`, content: `${i}/${j}` })),
    }));
    const answers = await Promise.all(requests.map(accept));
    const partitions = await loggedTurns(rig.engines);
    for (const turns of partitions) {
      const instants = turns.map(({ recordedAt }) => recordedAt);
      expect(instants).toEqual([...new Set(instants)].sort((a, b) => a - b));
    }
    const instantOf = new Map(partitions.flat().map(({ turnId, recordedAt }) => [turnId as string, recordedAt]));
    for (const { turnIds } of answers) {
      const instants = turnIds.map((turnId) => instantOf.get(turnId) ?? 0);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    }
  });

  it('publishes the reserved instant and the same bytes when the log failed the first time', async () => {
    caller = await aCaller(rig);
    const { log, acceptedTurns } = rig.engines.stores;
    const reserve = jest.spyOn(acceptedTurns, 'reserve');
    const append = jest.spyOn(log, 'append').mockRejectedValueOnce(new Unavailable('full', {}, 'storage-full'));
    const request = { turns: [turn()], idempotencyKey: 'again' };
    await expect(accept(request)).rejects.toMatchObject({ code: 'storage-full' });
    const reservedAt = reserve.mock.calls[0]?.[0][0]?.recordedAt;
    const answer = await accept(request);
    expect(answer.repeatedCount).toBe(1);
    expect((await logged())[0]).toMatchObject({ recordedAt: reservedAt, turnId: answer.turnIds[0] });
    append.mockRestore();
    reserve.mockRestore();
  });

  it('answers all the same when a mark fails, and when the session store fails or hangs', async () => {
    caller = await aCaller(rig);
    const { acceptedTurns, sessionStore } = rig.engines.stores;
    const mark = jest.spyOn(acceptedTurns, 'mark').mockRejectedValueOnce(new Unavailable('no mark'));
    const session = jest
      .spyOn(sessionStore, 'append')
      .mockRejectedValueOnce(new Unavailable('no session'))
      .mockImplementationOnce(() => new Promise(() => undefined));
    await accept({ turns: [turn()] });
    await accept({ turns: [turn()] });
    await accept({ turns: [turn()] });
    expect(await logged()).toHaveLength(3);
    mark.mockRestore();
    session.mockRestore();
  });

  it('refuses a user whose erasure has begun, and takes back what reached the session store meanwhile', async () => {
    caller = await aCaller(rig);
    const { sessionStore, subjectRegistry } = rig.engines.stores;
    await accept({ turns: [turn()] });
    const [first] = await logged();
    const append = jest.spyOn(sessionStore, 'append').mockImplementationOnce(async (turns) => {
      await subjectRegistry.fence(subjectRef(caller.principal.tenantId, (first as TurnReceived).subjectId));
      append.mockRestore();
      await sessionStore.append(turns);
    });
    const { turnIds } = await accept({ turns: [turn({ content: 'too late' })] });
    const left = await inSession(first as TurnReceived);
    expect(left.map(({ turnId }) => turnId as string)).not.toContain(turnIds[0]);
    rig.engines.keyring.forget(caller.principal.tenantId, (first as TurnReceived).subjectId);
    const refused = accept({ turns: [turn({ userId: 'ben' }), turn()] });
    await expect(refused).rejects.toMatchObject({ code: 'subject-erased', detail: { index: 1 } });
    expect(await logged()).toHaveLength(2);
  });

  it('starts above the highest instant that was ever given out', async () => {
    const other = await openIngest();
    const highest = 8e15;
    jest.spyOn(other.engines.stores.acceptedTurns, 'highestRecordedAt').mockResolvedValueOnce(highest);
    const someone = await aCaller(other);
    await other.acceptTurns.accept(someone.principal, { turns: [turn(), turn()] });
    const events = (await loggedTurns(other.engines)).flat();
    expect(events.map(({ recordedAt }) => recordedAt)).toEqual([highest + 1, highest + 2]);
    await other.close();
  });
});

describe('whose turn it is and who may read it', () => {
  let rig: IngestRig;
  beforeAll(async () => {
    rig = await openIngest();
  });
  afterAll(() => rig.close());

  const eventOf = async ({ principal }: Caller, given: object) => {
    const { turnIds } = await rig.acceptTurns.accept(principal, { turns: [turn(given)] });
    return (await loggedTurns(rig.engines)).flat().find(({ turnId }) => turnId === turnIds[0]) as TurnReceived;
  };

  it('puts scopes into audiences, and the agent with its department beside them', async () => {
    const caller = await aCaller(rig, { teamIds: ['billing'], departmentId: 'sales' });
    const user = await eventOf(caller, {});
    expect(user).toMatchObject({ audience: `u:${user.subjectId}`, agentId: 'bot', departmentId: 'sales' });
    const agent = await eventOf(caller, { scope: 'agent', userId: undefined });
    expect(agent.audience).toBe('a:bot');
    expect(agent.subjectId).not.toBe(user.subjectId);
    expect(await eventOf(caller, { scope: 'team', teamId: 'billing' })).toMatchObject({
      audience: 't:billing',
      teamId: 'billing',
      subjectId: user.subjectId as SubjectId,
    });
    expect((await eventOf(caller, { scope: 'tenant' })).audience).toBe('o');
  });

  it('lets a caller lower the trust of a text, not raise it', async () => {
    const caller = await aCaller(rig);
    expect(await eventOf(caller, { role: 'assistant', sourceClass: 'user' })).toMatchObject({ trust: 0.7 });
    expect(await eventOf(caller, { sourceClass: 'web' })).toMatchObject({ trust: 0.4, sourceClass: 'web' });
  });

  it('refuses what the key has no right to, naming the turn', async () => {
    const refused = async (options: Parameters<typeof aCaller>[1], given: object) => {
      const { principal } = await aCaller(rig, options);
      return rig.acceptTurns.accept(principal, {
        turns: [turn(options?.boundUserId ? { userId: undefined } : {}), turn(given)],
      });
    };
    const forbidden = (field: string) => ({ code: 'forbidden', detail: { index: 1, field: `turns[1].${field}` } });
    const rights = ['ingest', 'on-behalf-of'] as const;
    await expect(refused({ rights }, { scope: 'tenant' })).rejects.toMatchObject(forbidden('scope'));
    await expect(refused({}, { scope: 'team', teamId: 'billing' })).rejects.toMatchObject(forbidden('teamId'));
    await expect(refused({ boundUserId: 'ana' }, { userId: 'ben' })).rejects.toMatchObject(forbidden('userId'));
    const bare = await aCaller(rig, { rights: ['ingest'] });
    await expect(rig.acceptTurns.accept(bare.principal, { turns: [turn()] })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const reader = await aCaller(rig, { rights: ['recall'] });
    await expect(rig.acceptTurns.accept(reader.principal, { turns: [turn()] })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const nobody = refused({}, { userId: undefined });
    await expect(nobody).rejects.toMatchObject({
      code: 'invalid-input',
      detail: { index: 1, field: 'turns[1].userId' },
    });
  });

  it('takes the bound user for a turn that names nobody', async () => {
    const caller = await aCaller(rig, { boundUserId: 'ana', rights: ['ingest'] });
    const unnamed = await eventOf(caller, { userId: undefined });
    expect((await eventOf(caller, { userId: 'ana' })).subjectId).toBe(unnamed.subjectId);
  });
});
