import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TeamId } from '@mneme/events';
import type { Principal } from '@mneme/domain';
import type { ReadGraph } from '@mneme/retrieval-service';
import { aPrincipal, teamAudience } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';
import { anAgent, anotherTenant, say, type SessionCalls, sessionCallsOf } from './session-calls.js';

const NOTHING = {
  code: 'not-found',
  message: 'there is nothing to resume with this token',
  detail: { field: 'resumeToken' },
};

describe('handing a session over', () => {
  let world: ErasureWorld;
  let calls: SessionCalls;
  let graph: ReadGraph;
  let helper: Principal;
  let closer: Principal;
  let aheadMs = 0;
  beforeAll(async () => {
    world = await ErasureWorld.open();
    calls = sessionCallsOf(world, { nowMs: () => Date.now() + aheadMs });
    ({ graph } = readsOf(world));
    helper = await anAgent(world, 'helper', { teamIds: ['office'] });
    closer = await anAgent(world, 'closer', { teamIds: ['office'] });
  });
  afterAll(() => world.close());
  const handOff = (given: object = {}, by = helper) =>
    calls.handOffs.handOff(by, {
      session: 's1',
      userId: 'ana',
      note: 'she waits for a call',
      toAgent: 'closer',
      ...given,
    });
  const resume = (resumeToken: string, by = closer, given: object = {}) =>
    calls.resumes.resume(by, { resumeToken, ...given });
  const token = async (given: object = {}, by = helper) =>
    (await handOff({ toTeam: undefined, ...given }, by)).resumeToken;

  it('gives the receiver all it needs in one call, and nothing that is the other agent’s own', async () => {
    await say(world, { userId: 'ana', session: 's1', content: 'likes tea number 1', speakerName: 'Ana' });
    await say(world, { userId: 'ana', session: 's1', content: 'likes tea number 2' });
    await say(world, { userId: 'ana', session: 's0', content: 'likes an older talk' });
    const team = { audience: teamAudience('office' as TeamId), teamId: 'office' as TeamId };
    await say(world, { session: 'desk', content: 'likes the blue folder number 7', ...team });
    await world.drained();
    await calls.states.set(helper, 'working', { session: 's1', userId: 'ana', stateJson: '{"draft":"private"}' });
    await calls.states.set(helper, 'task', { session: 's1', userId: 'ana', stateJson: '{"step":1}' });
    const given = await handOff({ stateJson: '{"step":2}' });
    expect(given.resumeToken).toMatch(/^mnr_[\w-]{43}$/);
    const resumed = await resume(given.resumeToken);
    expect(resumed).toMatchObject({
      session: 's1',
      handOff: { note: 'she waits for a call', fromAgent: 'helper', toAgent: 'closer' },
      task: { stateJson: '{"step":2}', revision: given.revision, agentId: 'helper' },
    });
    expect(resumed.turns.map(({ content }) => content)).toEqual(['likes tea number 1', 'likes tea number 2']);
    expect(resumed.sessionMemories.map(({ text }) => text)).toEqual(['likes tea number 2', 'likes tea number 1']);
    expect(resumed.teamMemories.map(({ text }) => text)).toEqual(['likes the blue folder number 7']);
    expect(JSON.stringify(resumed)).not.toContain('private');
    expect((await resume(given.resumeToken, closer, { turns: 1, memories: 1 })).turns).toHaveLength(1);
    // The receiver goes on where the other stopped: with its revision.
    const next = { session: 's1', userId: 'ana', stateJson: '{"step":3}', expectedRevision: given.revision };
    await calls.states.set(closer, 'task', next);
    expect((await resume(given.resumeToken)).task).toMatchObject({ stateJson: '{"step":3}', agentId: 'closer' });
  });

  it('shows the note and the task when the receiver opens the session by itself', async () => {
    await handOff({ note: 'look at the contract', stateJson: '{"page":7}' });
    const open = (by: Principal) => graph.initSession(by, { userId: 'ana', session: 's1' });
    expect(await open(closer)).toMatchObject({
      task: { stateJson: '{"page":7}' },
      handOff: { note: 'look at the contract', fromAgent: 'helper', toAgent: 'closer' },
    });
    expect(await open(helper)).toMatchObject({ task: { stateJson: '{"page":7}' } });
    expect((await open(helper)).handOff).toBeUndefined();
    expect((await graph.initSession(closer, { userId: 'ana' })).handOff).toBeUndefined();
  });

  it('to a team lets each of its agents go on, and nobody else', async () => {
    const toTeam = await token({ toAgent: undefined, toTeam: 'office' });
    for (const member of [closer, helper]) {
      expect((await resume(toTeam, member)).handOff).toMatchObject({ toTeam: 'office' });
    }
    await expect(resume(toTeam, await anAgent(world, 'stranger'))).rejects.toMatchObject(NOTHING);
  });

  it('to itself lets an agent go on later', async () => {
    const own = await token({ toAgent: 'helper' });
    expect((await resume(own, helper)).handOff).toMatchObject({ fromAgent: 'helper', toAgent: 'helper' });
  });

  it('takes the task of a session without a user along', async () => {
    await calls.states.set(helper, 'task', { session: 'job', stateJson: '{"rows":10}' });
    const given = await calls.handOffs.handOff(helper, { session: 'job', note: 'go on', toAgent: 'closer' });
    expect((await resume(given.resumeToken)).task).toMatchObject({ stateJson: '{"rows":10}' });
    const task = (by: Principal) => calls.states.get(by, 'task', { session: 'job' });
    expect((await task(closer)).state).toMatchObject({ stateJson: '{"rows":10}' });
    expect(await task(helper)).toEqual({});
  });

  it('refuses a token alike, whatever is wrong with it', async () => {
    const good = await token();
    const replaced = await token();
    const refusals: unknown[] = [];
    const refused = async (given: string, by = closer) => {
      const error: unknown = await resume(given, by).catch((caught: unknown) => caught);
      expect(error).toMatchObject(NOTHING);
      refusals.push(JSON.stringify([(error as Error).message, error]));
    };
    await refused(good);
    for (const text of ['', 'mnr_', 'x', `${replaced}x`, replaced.toUpperCase(), `mnr_${'a'.repeat(43)}`])
      await refused(text);
    await refused(replaced, helper);
    await refused(replaced, aPrincipal({ tenantId: await anotherTenant(world), agentId: closer.agentId }));
    await refused(replaced, aPrincipal({ ...closer, rights: new Set(['recall']) }));
    await refused(replaced, aPrincipal({ ...closer, boundUserId: 'ben' }));
    aheadMs = 1_441 * 60_000;
    await refused(replaced);
    aheadMs = 0;
    expect(new Set(refusals).size).toBe(1);
    expect(
      await resume(replaced, aPrincipal({ ...closer, boundUserId: 'ana', rights: new Set(['recall']) })),
    ).toBeDefined();
  });

  it('holds a token as long as it was asked to', async () => {
    const given = await handOff({ expiresInMinutes: 5 });
    expect(Date.parse(given.expiresAt) - Date.now()).toBeLessThanOrEqual(300_000);
    aheadMs = 290_000;
    expect(await resume(given.resumeToken)).toBeDefined();
    aheadMs = 301_000;
    await expect(resume(given.resumeToken)).rejects.toMatchObject(NOTHING);
    aheadMs = 0;
  });

  it('opens no department', async () => {
    const seller = await anAgent(world, 'seller', { departmentId: 'sales' });
    const carer = await anAgent(world, 'carer', { departmentId: 'care' });
    const refusal = { code: 'forbidden', detail: { field: 'toAgent', limit: 'department=sales' } };
    const session = 'deal';
    await expect(handOff({ session, toAgent: 'carer' }, seller)).rejects.toMatchObject(refusal);
    await expect(handOff({ session, toAgent: 'closer' }, seller)).rejects.toMatchObject(refusal);
    const { organisationStore } = world.engines.stores;
    const grant = { tenantId: world.tenantId, reader: 'care' as never, owner: 'sales' as never };
    await organisationStore.createGrant({ ...grant, createdAt: '2026-01-01T00:00:00.000Z' });
    const granted = await token({ session, toAgent: 'carer', stateJson: '{"deal":9}' }, seller);
    // Nobody beyond the wall writes over it.
    const replaced = handOff({ session, stateJson: '{}' });
    await expect(replaced).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'session' } });
    // Grants are asked for at each request, and end with the grant.
    const asGranted = aPrincipal({ ...carer, grantedDepartmentIds: ['sales' as never] });
    expect((await resume(granted, asGranted)).task).toMatchObject({ stateJson: '{"deal":9}' });
    await expect(resume(granted, carer)).rejects.toMatchObject(NOTHING);
  });

  it.each([
    ['nobody to hand to', { toAgent: undefined }, 'invalid-input', { field: 'toAgent', sent: 'neither' }],
    ['an agent and a team', { toTeam: 'office' }, 'invalid-input', { field: 'toAgent', sent: 'both' }],
    ['an agent that there is not', { toAgent: 'nobody' }, 'not-found', { field: 'toAgent' }],
    ['a team that there is not', { toAgent: undefined, toTeam: 'none' }, 'not-found', { field: 'toTeam' }],
    ['an id that is none', { toAgent: '../x' }, 'invalid-input', { field: 'toAgent' }],
    ['an empty note', { note: ' ' }, 'invalid-input', { field: 'note' }],
    [
      'a long note',
      { note: 'x'.repeat(16_385) },
      'limit-exceeded',
      { field: 'note', limit: 'noteBytesMax=16384', sent: '16385 bytes' },
    ],
    ['a token for no time', { expiresInMinutes: 0 }, 'invalid-input', { field: 'expiresInMinutes' }],
    [
      'a token for ever',
      { expiresInMinutes: 1_441 },
      'limit-exceeded',
      { field: 'expiresInMinutes', limit: 'resumeMinutesMax=1440', sent: '1441' },
    ],
    ['a state that is none', { stateJson: '7' }, 'invalid-input', { field: 'stateJson' }],
    ['a state nobody expected', { stateJson: '{}', expectedRevision: '5' }, 'conflict', { field: 'expectedRevision' }],
  ])('refuses %s by name, and hands nothing over', async (_, given, code, detail) => {
    const before = await token();
    await expect(handOff(given)).rejects.toMatchObject({ code, detail });
    expect(await resume(before)).toBeDefined();
  });

  it.each([
    ['turns', { turns: 0 }, { field: 'turns' }],
    ['turns', { turns: 201 }, { field: 'turns', limit: 'sessionTurnsMax=200' }],
    ['memories', { memories: 51 }, { field: 'memories', limit: 'resumeMemoriesMax=50' }],
  ])('refuses a count of %s by name', async (_, given, detail) => {
    await expect(resume(await token(), closer, given)).rejects.toMatchObject({ detail });
  });

  it('is over when its user is erased, and stays so after an enrolment', async () => {
    await say(world, { userId: 'eva', session: 'e', content: 'likes tea number 1' });
    const of = { session: 'e', userId: 'eva' };
    await calls.states.set(helper, 'working', { ...of, stateJson: '{"a":1}' });
    const { resumeToken } = await calls.handOffs.handOff(helper, {
      ...of,
      note: 'n',
      stateJson: '{}',
      toAgent: 'closer',
    });
    await world.drained();
    const subjectId = await world.subjectOf('eva');
    const { steps, verdict } = await world.erase(subjectId);
    expect(verdict).toBe('clean');
    const found = steps.find(({ step }) => step === 'enumerated')?.counts;
    // The turn, the task, the working state and the note.
    expect(found).toContainEqual({ place: 'session-state', count: 4 });
    expect(await world.remains(subjectId, 99)).toBe(0);
    await expect(resume(resumeToken)).rejects.toMatchObject(NOTHING);
    await expect(calls.states.get(helper, 'task', of)).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(calls.handOffs.handOff(helper, { ...of, note: 'n', toAgent: 'closer' })).rejects.toMatchObject({
      code: 'subject-erased',
    });
    const { keyring, stores } = world.engines;
    await stores.subjectRegistry.enrol(await keyring.newSubject(world.tenantId, subjectId));
    keyring.forget(world.tenantId, subjectId);
    await expect(resume(resumeToken)).rejects.toMatchObject(NOTHING);
    expect(await calls.states.get(helper, 'task', of)).toEqual({});
    expect(await calls.states.get(helper, 'working', of)).toEqual({});
  });
});
