import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DepartmentId, TeamId, TurnReceived } from '@mneme/events';
import { type ReadScope, subjectRef } from '@mneme/domain';
import type { ErasableStore, SessionDocument, SessionStateKind, SessionStore } from '@mneme/ports';
import {
  agentAudience,
  aReadScope,
  aTurn,
  nextRecordedAt,
  randomAgentId,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
  teamAudience,
} from './builders.js';
import type { FixedClock } from './fixed-clock.js';
import { aHandOff, aSessionDocument } from './session-records.js';

type Store = SessionStore & ErasableStore;

/** What agents keep of a session: states, hand-offs, and what is opened of it at once. */
export function sessionDocumentsContract(make: () => Promise<Store>, clock: FixedClock): void {
  describe('what agents keep of a session', () => {
    let store: Store;
    let owner: Pick<TurnReceived, 'tenantId' | 'subjectId' | 'sessionKey'>;
    let scope: ReadScope;
    const agentId = randomAgentId();
    beforeEach(async () => {
      store = await make();
      owner = { tenantId: randomTenantId(), subjectId: randomSubjectId(), sessionKey: randomSessionKey() };
      scope = scopeOf();
    });
    const scopeOf = (given: Parameters<typeof aReadScope>[2] = {}) =>
      aReadScope(owner.tenantId, owner.subjectId, { agentId, ...given });
    const aState = (given: Partial<SessionDocument> = {}) => aSessionDocument({ ...owner, ...given });
    const set = (document: SessionDocument, expectedRevision?: number, kind: SessionStateKind = 'task') =>
      store.setState({ kind, document, ...(expectedRevision === undefined ? {} : { expectedRevision }) });
    const task = (of = scope) => store.getState(of, owner.sessionKey, 'task');
    const open = (nowMs = 0, of = scope) => store.openSession(of, owner.sessionKey, { turnsMax: 10, nowMs });

    it('gives a state as it was written, and only the last one', async () => {
      expect(await task()).toBeUndefined();
      const [first, second] = [aState(), aState({ departmentId: 'care' as DepartmentId })];
      expect(await set(first)).toEqual({ state: 'written' });
      expect(await task()).toEqual(first);
      expect(await set(second)).toEqual({ state: 'written' });
      expect(await task()).toBeUndefined();
      expect(await task(scopeOf({ departmentId: 'care' as DepartmentId }))).toEqual(second);
    });

    it('writes over nothing that the writer may not read', async () => {
      const own = aState({ audience: agentAudience(agentId) });
      const walled = aState({ departmentId: 'care' as DepartmentId });
      const by = (writer: ReadScope, document = aState()) => store.setState({ kind: 'task', document, writer });
      await set(own);
      expect(await by(scopeOf({ agentId: randomAgentId() }))).toEqual({ state: 'foreign' });
      expect(await task()).toEqual(own);
      expect(await by(scope, walled)).toEqual({ state: 'written' });
      const handOff = aHandOff({ ...owner, audience: agentAudience(agentId) });
      expect(await store.handOff(handOff, { document: aState(), writer: scope })).toEqual({ state: 'foreign' });
      expect((await open()).handOff).toBeUndefined();
      // What is left of before an erasure is in nobody's way.
      expect(await by(scope, aState({ epoch: 2 }))).toEqual({ state: 'written' });
    });

    it('writes over what was expected and nothing else', async () => {
      const [first, second, third] = [aState(), aState(), aState()];
      expect(await set(first, 7)).toEqual({ state: 'conflict', revision: 0 });
      expect(await task()).toBeUndefined();
      expect(await set(first, 0)).toEqual({ state: 'written' });
      expect(await set(second, 0)).toEqual({ state: 'conflict', revision: first.revision });
      expect(await set(second, first.revision)).toEqual({ state: 'written' });
      expect(await set(third, first.revision)).toEqual({ state: 'conflict', revision: second.revision });
      expect(await task()).toEqual(second);
    });

    it('of two writers that have read the same, one goes through', async () => {
      const first = aState();
      await set(first);
      const outcomes = await Promise.all([aState(), aState(), aState()].map((state) => set(state, first.revision)));
      expect(outcomes.filter(({ state }) => state === 'written')).toHaveLength(1);
    });

    it('never takes an older revision for a newer one', async () => {
      const [older, newer] = [aState({ revision: 10 }), aState({ revision: 20 })];
      await set(newer);
      expect(await set(older)).toEqual({ state: 'conflict', revision: 20 });
      expect(await set({ ...older, revision: 20 })).toEqual({ state: 'conflict', revision: 20 });
      expect(await task()).toEqual(newer);
    });

    it('takes a state of an older epoch for none, and refuses to go back to it', async () => {
      const [first, later] = [aState(), aState({ epoch: 2 })];
      await set(first);
      expect(await set(later, first.revision)).toEqual({ state: 'conflict', revision: 0 });
      expect(await set(later, 0)).toEqual({ state: 'written' });
      expect(await set(aState())).toEqual({ state: 'fenced' });
      expect(await task()).toEqual(later);
    });

    it('keeps the working states of agents apart, also from whoever may read all else', async () => {
      const other = randomAgentId();
      const [own, others] = [agentId, other].map((id) => aState({ audience: agentAudience(id) }));
      await set(own as SessionDocument, undefined, 'working');
      await set(others as SessionDocument, undefined, 'working');
      const working = (of: ReadScope) => store.getState(of, owner.sessionKey, 'working');
      expect(await working(scope)).toEqual(own);
      expect(await working(scopeOf({ agentId: other }))).toEqual(others);
      expect(await working(scopeOf({ agentId: randomAgentId() }))).toBeUndefined();
      expect((await open()).task).toBeUndefined();
    });

    it('gives a hand-off to its receiver by its token, until it is over', async () => {
      const handOff = aHandOff({ ...owner, audience: agentAudience(agentId), expiresAtMs: 100 });
      expect(await store.handOff(handOff)).toEqual({ state: 'written' });
      const found = (of: ReadScope, hash = handOff.tokenHash, nowMs = 99) => store.findHandOff(of, hash, nowMs);
      expect(await found(aReadScope(owner.tenantId, undefined, { agentId }))).toEqual(handOff);
      expect(await found(scope, handOff.tokenHash, 100)).toBeUndefined();
      expect(await found(scope, 'another')).toBeUndefined();
      expect(await found(scopeOf({ agentId: randomAgentId() }))).toBeUndefined();
      expect(await found(aReadScope(randomTenantId(), owner.subjectId, { agentId }))).toBeUndefined();
      expect((await open(99)).handOff).toEqual(handOff);
      expect((await open(100)).handOff).toBeUndefined();
    });

    it('gives a team its own, and an agent the newest it may read', async () => {
      const team = 'office' as TeamId;
      const toTeam = aHandOff({ ...owner, audience: teamAudience(team) });
      const toAgent = aHandOff({ ...owner, audience: agentAudience(agentId) });
      await store.handOff(toTeam);
      await store.handOff(toAgent);
      expect((await open()).handOff).toEqual(toAgent);
      expect((await open(0, scopeOf({ teamIds: [team] }))).handOff).toEqual(toAgent);
      const member = scopeOf({ agentId: randomAgentId(), teamIds: [team] });
      expect((await open(0, member)).handOff).toEqual(toTeam);
      expect(await store.findHandOff(member, toAgent.tokenHash, 0)).toBeUndefined();
    });

    it('puts a hand-off in the place of the last one to the same receiver', async () => {
      const [first, second] = [1, 2].map(() => aHandOff({ ...owner, audience: agentAudience(agentId) }));
      await store.handOff(first as ReturnType<typeof aHandOff>);
      await store.handOff(second as ReturnType<typeof aHandOff>);
      expect(await store.findHandOff(scope, first?.tokenHash ?? '', 0)).toBeUndefined();
      expect(await store.findHandOff(scope, second?.tokenHash ?? '', 0)).toEqual(second);
    });

    it('puts a hand-off in the place of another one of the same instant', async () => {
      const [first, second] = [1, 2].map(() => aHandOff({ ...owner, audience: agentAudience(agentId), revision: 5 }));
      const document = aState();
      await store.handOff(first as ReturnType<typeof aHandOff>);
      const outcome = await store.handOff(second as ReturnType<typeof aHandOff>, { document, expectedRevision: 0 });
      expect(outcome).toEqual({ state: 'written' });
      expect((await open()).handOff).toEqual(second);
    });

    it('hands over together with the state of the task, or neither', async () => {
      const before = aState();
      await set(before);
      const handOff = aHandOff({ ...owner, audience: agentAudience(agentId) });
      const document = aState();
      const refused = await store.handOff(handOff, { document, expectedRevision: before.revision + 1 });
      expect(refused).toEqual({ state: 'conflict', revision: before.revision });
      expect(await open()).toEqual({ turns: [], task: before });
      expect(await store.handOff({ ...handOff, epoch: 2 })).toEqual({ state: 'written' });
      expect(await store.handOff({ ...handOff, revision: nextRecordedAt() }, { document })).toEqual({
        state: 'fenced',
      });
      expect(await task()).toEqual(before);
      const task2 = { document, expectedRevision: before.revision };
      const again = { ...handOff, epoch: 2, revision: nextRecordedAt() };
      expect(await store.handOff(again, task2)).toEqual({ state: 'written' });
      expect(await task()).toEqual(document);
    });

    it('opens a session whole', async () => {
      const turn = aTurn(owner);
      await store.append([turn]);
      const state = aState();
      await set(state);
      const handOff = aHandOff({ ...owner, audience: agentAudience(agentId) });
      await store.handOff(handOff);
      expect(await open()).toEqual({ turns: [turn], task: state, handOff });
      const strict = aReadScope(owner.tenantId, owner.subjectId, { agentId, minTrust: 0.95 });
      expect(await open(0, strict)).toEqual({ turns: [] });
    });

    it('lets a session live by its use, and drops all of it together', async () => {
      const old = new Date('2001-01-01T00:00:00.000Z').getTime();
      const now = clock.nowMs();
      const handOff = aHandOff({ ...owner, audience: agentAudience(agentId) });
      clock.set(old);
      await store.append([aTurn(owner)]);
      clock.set(old + 100_000);
      await store.handOff(handOff, { document: aState() });
      clock.set(old + 200_000);
      await task();
      clock.set(now);
      expect(await store.expire(old + 150_000, 10)).toBe(0);
      expect((await open()).turns).toHaveLength(1);
      // The look of just now was a use as well.
      expect(await store.expire(old + 300_000, 10)).toBe(0);
      await store.eraseSubject(subjectRef(owner.tenantId, owner.subjectId), 2);
      clock.set(old);
      await store.handOff({ ...handOff, epoch: 2 }, { document: aState({ epoch: 2 }) });
      clock.set(now);
      expect(await store.expire(old, 10)).toBe(0);
      expect(await store.expire(old + 1, 10)).toBe(1);
      expect(await store.findHandOff(scope, handOff.tokenHash, 0)).toBeUndefined();
      expect(await open()).toEqual({ turns: [] });
    });
  });
}
