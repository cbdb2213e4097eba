import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AcceptedTurns, TurnMark, TurnPosition, TurnReservation } from '@mneme/ports';
import fc from 'fast-check';
import { nextRecordedAt, randomSubjectId, randomTenantId, randomTurnId } from './builders.js';
import { eventually } from './eventually.js';

/** What every store of accepted turns must do. */
export function acceptedTurnsContract(make: () => Promise<AcceptedTurns>): void {
  describe('accepted turns', () => {
    let turns: AcceptedTurns;
    beforeAll(async () => {
      turns = await make();
    });
    describe('reserve', () => reserveContract(() => turns));
    describe('mark', () => markContract(() => turns));
    describe('age', () => ageContract(() => turns));
  });
}

/** A reservation of a random turn; give what the test is about. */
export function aReservation(given: Partial<TurnReservation> = {}): TurnReservation {
  return {
    turnId: randomTurnId(),
    tenantId: randomTenantId(),
    subjectId: randomSubjectId(),
    epoch: 1,
    fingerprint: randomBytes(32).toString('hex'),
    recordedAt: nextRecordedAt(),
    ...given,
  };
}

/** Where the log has a reserved turn. */
function markOf({ turnId, recordedAt }: TurnReservation, position: TurnPosition): TurnMark {
  return { turnId, recordedAt, ...position };
}

function reserveContract(turns: () => AcceptedTurns): void {
  it('reserves what it has not seen, under the instant proposed', async () => {
    const [one, other] = [aReservation(), aReservation()];
    expect(await turns().reserve([one, other])).toEqual([
      { state: 'reserved', recordedAt: one.recordedAt },
      { state: 'reserved', recordedAt: other.recordedAt },
    ]);
  });

  it('gives a repeat the instant that was reserved first', async () => {
    const turn = aReservation();
    await turns().reserve([turn]);
    const again = { ...turn, recordedAt: nextRecordedAt() };
    expect(await turns().reserve([again])).toEqual([{ state: 'repeat', recordedAt: turn.recordedAt }]);
  });

  it('answers in the order given, old and new mixed', async () => {
    const old = aReservation();
    await turns().reserve([old]);
    const [first, last] = [aReservation(), aReservation()];
    const answers = await turns().reserve([first, old, last]);
    expect(answers.map(({ state }) => state)).toEqual(['reserved', 'repeat', 'reserved']);
  });

  it('says conflict for another payload, and then reserves none of the call', async () => {
    const taken = aReservation();
    const fresh = aReservation();
    await turns().reserve([taken]);
    const answers = await turns().reserve([fresh, { ...taken, fingerprint: 'f'.repeat(64) }]);
    expect(answers[1]).toEqual({ state: 'conflict' });
    expect((await turns().reserve([fresh]))[0]?.state).toBe('reserved');
  });

  it('leaves the first reservation as it is after a conflict', async () => {
    const taken = aReservation();
    await turns().reserve([taken]);
    await turns().reserve([{ ...taken, fingerprint: 'f'.repeat(64), recordedAt: nextRecordedAt() }]);
    expect(await turns().reserve([taken])).toEqual([{ state: 'repeat', recordedAt: taken.recordedAt }]);
  });

  it('reserves a turn that a call names twice once', async () => {
    const turn = aReservation();
    const again = { ...turn, recordedAt: nextRecordedAt() };
    const other = { ...turn, fingerprint: '0'.repeat(64) };
    expect(await turns().reserve([turn, again])).toEqual([
      { state: 'reserved', recordedAt: turn.recordedAt },
      { state: 'repeat', recordedAt: turn.recordedAt },
    ]);
    const fresh = aReservation();
    const answers = await turns().reserve([fresh, { ...fresh, fingerprint: other.fingerprint }]);
    expect(answers[1]).toEqual({ state: 'conflict' });
    expect((await turns().reserve([fresh]))[0]?.state).toBe('reserved');
  });

  it('does not let one call that conflicts stop another made beside it', async () => {
    const taken = aReservation();
    await turns().reserve([taken]);
    const fresh = aReservation();
    const [refused, accepted] = await Promise.all([
      turns().reserve([{ ...taken, fingerprint: 'f'.repeat(64) }]),
      turns().reserve([fresh]),
    ]);
    expect([refused[0]?.state, accepted[0]?.state]).toEqual(['conflict', 'reserved']);
  });

  it('counts a reservation of an older epoch as absent and replaces it, position and all', async () => {
    const old = aReservation();
    await turns().reserve([old]);
    await turns().mark([markOf(old, { partition: 1, offset: 7 })]);
    const renewed = { ...old, epoch: 3, fingerprint: 'e'.repeat(64), recordedAt: nextRecordedAt() };
    expect(await turns().reserve([renewed])).toEqual([{ state: 'reserved', recordedAt: renewed.recordedAt }]);
    expect(await turns().reserve([renewed])).toEqual([{ state: 'repeat', recordedAt: renewed.recordedAt }]);
  });

  it('takes an empty call', async () => {
    expect(await turns().reserve([])).toEqual([]);
  });

  it('reserves each turn exactly once, however the calls overlap', async () => {
    const pool = Array.from({ length: 6 }, () => aReservation());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray(pool), { minLength: 1, maxLength: 6 }), async (calls) => {
        const fresh = new Map(pool.map((turn) => [turn, { ...turn, turnId: randomTurnId() }]));
        const answers = await Promise.all(
          calls.map(async (call) => turns().reserve(call.map((turn) => fresh.get(turn) as TurnReservation))),
        );
        for (const turn of pool) {
          const states = calls.flatMap((call, index) =>
            call.flatMap((named, at) => (named === turn ? [answers[index]?.[at]?.state] : [])),
          );
          expect(states.filter((state) => state === 'reserved')).toHaveLength(Math.min(1, states.length));
          expect(states).not.toContain('conflict');
        }
      }),
      { numRuns: 20 },
    );
  });
}

function markContract(turns: () => AcceptedTurns): void {
  const untilMarked = (turn: TurnReservation) =>
    eventually('the mark is written', async () => 'position' in ((await turns().reserve([turn]))[0] ?? {}));

  it('tells a repeat where the log has the turn, however often it is marked', async () => {
    const turn = aReservation();
    const position = { partition: 2, offset: 0 };
    await turns().reserve([turn]);
    await turns().mark([markOf(turn, position)]);
    await turns().mark([markOf(turn, position)]);
    await untilMarked(turn);
    expect(await turns().reserve([turn])).toEqual([{ state: 'repeat', recordedAt: turn.recordedAt, position }]);
  });

  it('leaves other turns and unknown ones alone', async () => {
    const [marked, other] = [aReservation(), aReservation()];
    await turns().reserve([marked, other]);
    await turns().mark([
      markOf(marked, { partition: 1, offset: 5 }),
      markOf(aReservation(), { partition: 1, offset: 6 }),
    ]);
    await untilMarked(marked);
    expect(await turns().reserve([other])).toEqual([{ state: 'repeat', recordedAt: other.recordedAt }]);
  });

  it('drops a mark that is of the reservation which another one has replaced', async () => {
    const [old, last] = [aReservation(), aReservation()];
    await turns().reserve([old, last]);
    const renewed = { ...old, epoch: 3, recordedAt: nextRecordedAt() };
    await turns().reserve([renewed]);
    await turns().mark([markOf(old, { partition: 1, offset: 7 }), markOf(last, { partition: 1, offset: 8 })]);
    await untilMarked(last);
    expect(await turns().reserve([renewed])).toEqual([{ state: 'repeat', recordedAt: renewed.recordedAt }]);
  });
}

function ageContract(turns: () => AcceptedTurns): void {
  it('knows the highest instant reserved', async () => {
    const before = await turns().highestRecordedAt();
    const later = aReservation({ recordedAt: Math.max(before, nextRecordedAt()) + 10 });
    await turns().reserve([later, aReservation({ recordedAt: later.recordedAt - 5 })]);
    expect(await turns().highestRecordedAt()).toBe(later.recordedAt);
  });

  it('forgets the oldest first, at most as many as it is told, and none from the instant on', async () => {
    // Older than all that other tests reserve.
    const old = [1_000, 2_000, 3_000].map((recordedAt) => aReservation({ recordedAt }));
    await turns().reserve(old);
    expect(await turns().expire(3_000, 1)).toBe(1);
    expect(await turns().expire(3_000, 10)).toBe(1);
    expect(await turns().expire(3_000, 10)).toBe(0);
    const states = (await turns().reserve(old)).map(({ state }) => state);
    expect(states).toEqual(['reserved', 'reserved', 'repeat']);
    expect(await turns().expire(4_000, 10)).toBe(3);
  });
}
