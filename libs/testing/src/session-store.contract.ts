import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionKey, TurnReceived } from '@mneme/events';
import { instantOf, type ReadScope } from '@mneme/domain';
import type { ErasableStore, SessionStore } from '@mneme/ports';
import { aReadScope, aTurn, ORGANISATION, randomSessionKey, randomSubjectId, randomTenantId } from './builders.js';
import { FixedClock } from './fixed-clock.js';
import { sessionDocumentsContract } from './session-documents.contract.js';

export interface SessionStoreTraits {
  readonly turnsMax: number;
}

/** What every session store must do; `make` is given the clock that says when a turn was appended. */
export function sessionStoreContract(
  make: (clock: FixedClock) => Promise<SessionStore & ErasableStore>,
  traits: SessionStoreTraits,
): void {
  describe('session store', () => {
    const clock = new FixedClock();
    let store: SessionStore & ErasableStore;
    let owner: Pick<TurnReceived, 'tenantId' | 'subjectId' | 'sessionKey'>;
    let scope: ReadScope;
    beforeEach(async () => {
      store ??= await make(clock);
      owner = { tenantId: randomTenantId(), subjectId: randomSubjectId(), sessionKey: randomSessionKey() };
      scope = aReadScope(owner.tenantId, owner.subjectId);
    });
    const aTurnAt = (at: number, given: Partial<TurnReceived> = {}) =>
      aTurn({ ...owner, occurredAt: instantOf(Date.parse('2026-01-01T00:00:00.000Z') + at * 1_000), ...given });
    const last = (limit = 10, sessionKey: SessionKey = owner.sessionKey) => store.lastTurns(scope, sessionKey, limit);

    it('gives the last turns as they came, oldest first by time, then by when they were recorded', async () => {
      const [a, b, c, d] = [aTurnAt(1), aTurnAt(2, { recordedAt: 10 }), aTurnAt(2, { recordedAt: 20 }), aTurnAt(3)];
      await store.append([d, b]);
      await store.append([c, a]);
      expect(await last()).toEqual([a, b, c, d]);
      expect(await last(2)).toEqual([c, d]);
    });

    it('sees what was appended just before, without waiting for it', async () => {
      const turn = aTurnAt(1);
      const appended = store.append([turn]);
      expect(await last()).toEqual([turn]);
      await appended;
    });

    it('takes a turn twice as once', async () => {
      const turn = aTurnAt(1);
      await store.append([turn, turn]);
      await store.append([turn]);
      await store.append([]);
      expect(await last()).toEqual([turn]);
    });

    it('keeps the newest of each session', async () => {
      const turns = Array.from({ length: traits.turnsMax + 5 }, (_, at) => aTurnAt(at));
      const other = aTurnAt(0, { sessionKey: randomSessionKey() });
      await store.append([other, ...turns]);
      expect(await last(traits.turnsMax + 5)).toEqual(turns.slice(5));
      await store.append([turns[0] as TurnReceived]);
      expect(await last(traits.turnsMax + 5)).toEqual(turns.slice(5));
      expect(await last(10, other.sessionKey)).toEqual([other]);
    });

    it('gives what the scope may read, whatever audience a turn has, down to its minimum trust', async () => {
      const own = aTurnAt(1);
      const shared = aTurnAt(2, { audience: ORGANISATION });
      const doubtful = aTurnAt(3, { trust: 0.2 });
      await store.append([own, shared, doubtful]);
      expect(await last()).toEqual([own, shared, doubtful]);
      const strict = aReadScope(owner.tenantId, owner.subjectId, { minTrust: 0.5 });
      expect(await store.lastTurns(strict, owner.sessionKey, 10)).toEqual([own, shared]);
      expect(await store.lastTurns(aReadScope(owner.tenantId), owner.sessionKey, 10)).toEqual([shared]);
    });

    it('drops sessions by when their last turn was appended, at most as many as asked', async () => {
      // An instant of its own, before all that other tests append.
      const old = new Date('2000-01-01T00:00:00.000Z').getTime();
      const [first, second] = [aTurnAt(1), aTurnAt(1, { sessionKey: randomSessionKey() })];
      const now = clock.nowMs();
      clock.set(old);
      await store.append([first, second]);
      clock.set(old + 1_000);
      await store.append([aTurnAt(2, { sessionKey: second.sessionKey })]);
      clock.set(now);
      expect(await store.expire(old, 10)).toBe(0);
      expect(await store.expire(old + 1, 10)).toBe(1);
      expect(await last()).toEqual([]);
      expect(await last(10, second.sessionKey)).toHaveLength(2);
      expect(await store.expire(old + 1_001, 0)).toBe(0);
      expect(await store.expire(old + 1_001, 1)).toBe(1);
      expect(await last(10, second.sessionKey)).toEqual([]);
    });

    sessionDocumentsContract(() => make(clock), clock);
  });
}
