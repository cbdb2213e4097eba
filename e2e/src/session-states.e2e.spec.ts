import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '@mneme/domain';
import { aPrincipal } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { anAgent, keyOfSession, type SessionCalls, sessionCallsOf, subjectOfSession } from './session-calls.js';

const ANA = { session: 's1', userId: 'ana' };

describe('states of a session', () => {
  let world: ErasureWorld;
  let calls: SessionCalls;
  let helper: Principal;
  let closer: Principal;
  beforeAll(async () => {
    world = await ErasureWorld.open({ consuming: false });
    calls = sessionCallsOf(world);
    helper = await anAgent(world, 'helper');
    closer = await anAgent(world, 'closer');
  });
  afterAll(() => world.close());
  const set = (stateJson: string, given: object = {}, by = helper) =>
    calls.states.set(by, 'task', { ...ANA, stateJson, ...given });
  const task = async (by = helper, of: object = ANA) => (await calls.states.get(by, 'task', of as typeof ANA)).state;

  it('are read as they were written, by whoever speaks for the user', async () => {
    expect(await task()).toBeUndefined();
    const revision = await set('{"step": 1, "said": "Olá ✓"}');
    const state = { stateJson: '{"step": 1, "said": "Olá ✓"}', revision, agentId: 'helper' };
    expect(await task()).toMatchObject(state);
    expect(await task(closer)).toMatchObject(state);
    expect(await task(helper, { ...ANA, session: 's2' })).toBeUndefined();
    expect(await task(helper, { ...ANA, userId: 'ben' })).toBeUndefined();
  });

  it('are not written over what was not expected', async () => {
    const first = await set('{"n":1}');
    const second = await set('{"n":2}', { expectedRevision: first }, closer);
    expect(Number(second)).toBeGreaterThan(Number(first));
    const refusal = {
      code: 'conflict',
      detail: { field: 'expectedRevision', limit: `revision=${second}`, sent: first },
    };
    await expect(set('{"n":3}', { expectedRevision: first })).rejects.toMatchObject(refusal);
    await expect(set('{"n":3}', { expectedRevision: '0' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await task()).toMatchObject({ stateJson: '{"n":2}', agentId: 'closer' });
  });

  it('lose no update of agents that read before they write', async () => {
    const count = { session: 'count', userId: 'ana' };
    await calls.states.set(helper, 'task', { ...count, stateJson: '{"n":0}' });
    const addOne = async (by: Principal): Promise<void> => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const { state } = await calls.states.get(by, 'task', count);
        const { n } = JSON.parse(state?.stateJson ?? '') as { n: number };
        const request = { ...count, stateJson: `{"n":${n + 1}}`, expectedRevision: state?.revision };
        try {
          await calls.states.set(by, 'task', request);
          return;
        } catch (error) {
          expect(error).toMatchObject({ code: 'conflict' });
        }
      }
      throw new Error('never came through');
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => addOne(i % 2 === 0 ? helper : closer)));
    expect((await task(helper, count))?.stateJson).toBe('{"n":20}');
  });

  it('that are working states are read by their agent alone, whatever rights another has', async () => {
    const working = (by: Principal) => calls.states.get(by, 'working', ANA);
    await calls.states.set(helper, 'working', { ...ANA, stateJson: '{"draft":"secret"}' });
    await calls.states.set(closer, 'working', { ...ANA, stateJson: '{"draft":"other"}' });
    expect((await working(helper)).state).toMatchObject({ stateJson: '{"draft":"secret"}' });
    expect((await working(closer)).state).toMatchObject({ stateJson: '{"draft":"other"}' });
    expect(await working(aPrincipal({ tenantId: world.tenantId }))).toEqual({});
    // Also a key that asks for more trust than agents have reads its own.
    const strict = aPrincipal({ tenantId: world.tenantId, agentId: helper.agentId, minTrust: 1 });
    expect((await working(strict)).state).toMatchObject({ stateJson: '{"draft":"secret"}' });
    expect(await task(strict)).toBeUndefined();
  });

  it('stay behind the wall of their department and tenant', async () => {
    const seller = await anAgent(world, 'seller', { departmentId: 'sales' });
    const lawyer = await anAgent(world, 'lawyer', { departmentId: 'legal' });
    const of = { session: 'walls', userId: 'ana' };
    await calls.states.set(seller, 'task', { ...of, stateJson: '{"deal":1}' });
    expect(await task(seller, of)).toBeDefined();
    expect(await task(lawyer, of)).toBeUndefined();
    expect(await task(helper, of)).toBeUndefined();
  });

  it('of a session without a user are the agent’s own, or those of its team', async () => {
    const west = await anAgent(world, 'west-1', { teamIds: ['west'] });
    const other = await anAgent(world, 'west-2', { teamIds: ['west'] });
    await calls.states.set(west, 'task', { session: 'own', stateJson: '{"a":1}' });
    await calls.states.set(west, 'task', { session: 'shared', stateJson: '{"a":2}', teamId: 'west' });
    expect(await task(other, { session: 'own' })).toBeUndefined();
    expect(await task(other, { session: 'shared' })).toMatchObject({ stateJson: '{"a":2}' });
    expect(await task(helper, { session: 'shared' })).toBeUndefined();
    for (const session of ['own', 'shared']) {
      const replaced = calls.states.set(helper, 'task', { session, stateJson: '{}' });
      await expect(replaced).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'session' } });
    }
    expect(await task(west, { session: 'own' })).toMatchObject({ stateJson: '{"a":1}' });
    const foreign = calls.states.set(helper, 'task', { session: 'own', stateJson: '{}', teamId: 'west' });
    await expect(foreign).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'teamId' } });
  });

  it.each([
    ['no name', { session: '' }, 'invalid-input', { field: 'session' }],
    ['a long name', { session: 'x'.repeat(257) }, 'limit-exceeded', { field: 'session', limit: 'idCharsMax=256' }],
    ['a name with a control character', { session: 'a\u0007' }, 'invalid-input', { field: 'session' }],
    ['no JSON', { stateJson: '{' }, 'invalid-input', { field: 'stateJson' }],
    ['a list', { stateJson: '[1]' }, 'invalid-input', { field: 'stateJson' }],
    ['null', { stateJson: 'null' }, 'invalid-input', { field: 'stateJson' }],
    ['broken UTF-8', { stateJson: '{"a":"\uFFFD"}' }, 'invalid-input', { field: 'stateJson' }],
    [
      'a byte too much',
      { stateJson: JSON.stringify({ a: 'x'.repeat(65_536 - 7) }) },
      'limit-exceeded',
      { field: 'stateJson', limit: 'stateBytesMax=65536', sent: '65537 bytes' },
    ],
    ['no revision', { expectedRevision: 'latest' }, 'invalid-input', { field: 'expectedRevision' }],
    ['a revision that is none', { expectedRevision: '9'.repeat(16) }, 'invalid-input', { field: 'expectedRevision' }],
    ['a team for a user’s session', { teamId: 'west' }, 'invalid-input', { field: 'teamId' }],
    ['an empty user', { userId: '' }, 'invalid-input', { field: 'userId' }],
  ])('refuse %s by name', async (_, given, code, detail) => {
    await expect(set('{}', given)).rejects.toMatchObject({ code, detail });
  });

  it('take as many bytes as they may', async () => {
    const stateJson = JSON.stringify({ a: 'x'.repeat(65_536 - 8) });
    expect(Buffer.byteLength(stateJson)).toBe(65_536);
    await set(stateJson);
    expect((await task())?.stateJson).toBe(stateJson);
  });

  it('are written by who may ingest and read by who may recall', async () => {
    const reads = aPrincipal({ tenantId: world.tenantId, rights: new Set(['recall', 'on-behalf-of']) });
    await expect(set('{}', {}, reads)).rejects.toMatchObject({ code: 'forbidden', detail: { limit: 'right=ingest' } });
    const writes = aPrincipal({ tenantId: world.tenantId, rights: new Set(['ingest', 'on-behalf-of']) });
    await expect(task(writes)).rejects.toMatchObject({ code: 'forbidden', detail: { limit: 'right=recall' } });
    const bound = aPrincipal({ tenantId: world.tenantId, boundUserId: 'ben' });
    await expect(set('{}', {}, bound)).rejects.toMatchObject({ code: 'forbidden', detail: { field: 'userId' } });
  });

  it('hold no word in the store', async () => {
    await set('{"note":"peppermint"}');
    const sessionKey = await keyOfSession(world, 's1', 'ana');
    const { subjectId } = await subjectOfSession(world, 'ana');
    const scope = { tenantId: world.tenantId, audiences: [`u:${subjectId}`], departmentIds: [], minTrust: 0 };
    const row = await world.engines.stores.sessionStore.getState(scope as never, sessionKey, 'task');
    expect(row).toBeDefined();
    for (const word of ['peppermint', 'helper', 's1']) expect(JSON.stringify(row)).not.toContain(`"${word}`);
    expect(JSON.stringify(row)).not.toContain('peppermint');
  });

  it('are taken back when their user was fenced while they were written', async () => {
    const { registry } = world.ports;
    const subject = await subjectOfSession(world, 'eva');
    const { sessionStore } = world.engines.stores;
    await calls.states.set(helper, 'task', { session: 's', userId: 'eva', stateJson: '{"a":1}' });
    const { setState } = sessionStore;
    let isFenced = false;
    // Called again when the two writes fall into one millisecond.
    sessionStore.setState = async (write) => {
      if (!isFenced) await registry.fence(subject);
      isFenced = true;
      return setState.call(sessionStore, write);
    };
    const late = calls.states.set(helper, 'task', { session: 's', userId: 'eva', stateJson: '{"a":2}' });
    await expect(late).rejects.toMatchObject({ code: 'subject-erased' });
    sessionStore.setState = setState;
    expect(await sessionStore.countSubject(subject, 99)).toBe(0);
  });
});
