import { describe, expect, it } from '@jest/globals';
import { aReservation } from '@mneme/testing';
import { answersOf, type KeptTurn, oncePerTurn, refusedAnswersOf } from './reserved-calls.js';

const kept = (turn: ReturnType<typeof aReservation>, position?: { partition: number; offset: number }): KeptTurn => {
  return { ...turn, partition: position?.partition ?? null, offset: position?.offset ?? null };
};
const byId = (...turns: readonly KeptTurn[]) => new Map(turns.map((turn) => [turn.turnId, turn]));

describe('calls that reserve turns', () => {
  it('name each turn once, as it came first', () => {
    const [turn, other] = [aReservation(), aReservation()];
    const once = oncePerTurn([turn, other, { ...turn, recordedAt: 9 }]);
    expect([...(once?.values() ?? [])]).toEqual([turn, other]);
    expect(oncePerTurn([turn, { ...turn, fingerprint: 'other' }])).toBeUndefined();
    expect(oncePerTurn([turn, { ...turn, tenantId: other.tenantId }])).toBeUndefined();
  });

  it('hear of each mention what happened to its turn', () => {
    const [fresh, old] = [aReservation(), aReservation()];
    const again = { ...fresh, recordedAt: fresh.recordedAt + 1 };
    const position = { partition: 3, offset: 0 };
    expect(answersOf([fresh, old, again], new Set([fresh.turnId]), byId(kept(old, position)))).toEqual([
      { state: 'reserved', recordedAt: fresh.recordedAt },
      { state: 'repeat', recordedAt: old.recordedAt, position },
      { state: 'repeat', recordedAt: fresh.recordedAt },
    ]);
  });

  it('hear, when refused, of every mention that stands in the way', () => {
    const [fresh, same, differing, older] = [aReservation(), aReservation(), aReservation(), aReservation()];
    const stored = byId(kept(same), kept({ ...differing, fingerprint: 'other' }), kept({ ...older, epoch: 0 }));
    const states = refusedAnswersOf([fresh, same, differing, older, { ...fresh, fingerprint: 'other' }], stored);
    expect(states.map(({ state }) => state)).toEqual(['reserved', 'repeat', 'conflict', 'reserved', 'conflict']);
  });
});
