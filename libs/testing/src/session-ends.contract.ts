import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionKey, TurnReceived } from '@mneme/events';
import { instantOf, subjectRef } from '@mneme/domain';
import type { IdleSession, SessionEnds, SessionStore } from '@mneme/ports';
import { aTurn, ORGANISATION, randomSessionKey, randomSubjectId, randomTenantId } from './builders.js';
import { FixedClock } from './fixed-clock.js';
import { aSessionDocument } from './session-records.js';

const PAGES_MAX = 100;

/** What ending and summing up needs of a session store; `make` is given the clock that says when a turn was appended. */
export function sessionEndsContract(make: (clock: FixedClock) => Promise<SessionEnds & SessionStore>): void {
  describe('ends of sessions', () => {
    const clock = new FixedClock();
    let store: SessionEnds & SessionStore;
    let owner: Pick<TurnReceived, 'tenantId' | 'subjectId' | 'sessionKey'>;
    beforeEach(async () => {
      store = await make(clock);
      owner = { tenantId: randomTenantId(), subjectId: randomSubjectId(), sessionKey: randomSessionKey() };
    });
    const aTurnAt = (at: number, given: Partial<TurnReceived> = {}) =>
      aTurn({ ...owner, occurredAt: instantOf(Date.parse('2026-01-01T00:00:00.000Z') + at * 1_000), ...given });
    const appendAt = async (atMs: number, turns: readonly TurnReceived[]) => {
      clock.set(atMs);
      await store.append(turns);
    };
    const idle = async (beforeMs: number, sessionsMax = 100): Promise<readonly IdleSession[]> => {
      const found: IdleSession[] = [];
      let after: string | undefined;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const answer = await store.idleSessions({ beforeMs, sessionsMax, ...(after === undefined ? {} : { after }) });
        expect(answer.sessions.length).toBeLessThanOrEqual(sessionsMax);
        found.push(...answer.sessions);
        after = answer.next;
        if (after === undefined) return found;
      }
      throw new Error('the pages do not end');
    };

    it('gives the last turns of a subject whoever may read them, oldest first', async () => {
      const [first, second, third] = [aTurnAt(1), aTurnAt(2, { trust: 0 }), aTurnAt(3, { audience: ORGANISATION })];
      await store.append([third, first, second]);
      await store.append([aTurnAt(4, { subjectId: randomSubjectId() }), aTurnAt(5, { tenantId: randomTenantId() })]);
      const subject = subjectRef(owner.tenantId, owner.subjectId);
      expect(await store.turnsOf(subject, owner.sessionKey, 10)).toEqual([first, second, third]);
      expect(await store.turnsOf(subject, owner.sessionKey, 2)).toEqual([second, third]);
      expect(await store.turnsOf(subject, randomSessionKey(), 10)).toEqual([]);
    });

    it('finds sessions without a turn for a while, the least recent first, page by page', async () => {
      const keys = Array.from({ length: 7 }, () => randomSessionKey());
      for (const [at, sessionKey] of keys.entries()) await appendAt(1_000 + at, [aTurnAt(at, { sessionKey })]);
      const wanted = keys.slice(0, 5);
      for (const sessionsMax of [1, 2, 5, 100]) {
        expect((await idle(1_005, sessionsMax)).map(({ sessionKey }) => sessionKey)).toEqual(wanted);
      }
      expect((await idle(1_005))[0]).toEqual({ ...owner, sessionKey: keys[0], lastAppendMs: 1_000 });
    });

    it('leaves out an end that was noted, until the session goes on', async () => {
      await appendAt(1_000, [aTurnAt(1)]);
      const [found] = await idle(2_000);
      await store.noteEnded(found as IdleSession);
      await store.noteEnded(found as IdleSession);
      expect(await idle(2_000)).toEqual([]);
      await appendAt(3_000, [aTurnAt(2)]);
      expect(await idle(4_000)).toEqual([{ ...owner, lastAppendMs: 3_000 }]);
    });

    it('keeps a session open that went on before its end was noted', async () => {
      await appendAt(1_000, [aTurnAt(1)]);
      const [found] = await idle(2_000);
      await appendAt(1_500, [aTurnAt(2)]);
      await store.noteEnded(found as IdleSession);
      expect(await idle(2_000)).toHaveLength(1);
    });

    it('has no end for a session without a turn, nor for one that was dropped', async () => {
      const document = aSessionDocument({ ...owner, sessionKey: randomSessionKey() as SessionKey });
      clock.set(500);
      await store.setState({ kind: 'task', document });
      expect(await idle(2_000)).toEqual([]);
      await appendAt(1_000, [aTurnAt(1)]);
      expect(await store.expire(1_001, 10)).toBeGreaterThan(0);
      expect(await idle(2_000)).toEqual([]);
    });
  });
}
