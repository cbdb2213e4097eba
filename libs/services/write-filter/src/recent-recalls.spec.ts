import { describe, expect, it } from '@jest/globals';
import type { RecallMade, TurnReceived } from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY, echoHashesOf, instantOf } from '@mneme/domain';
import { RecentRecalls } from './recent-recalls.js';

const { echo: key } = dataKeysOf(Buffer.alloc(32, 3));
const NOW_MS = Date.parse('2026-05-31T22:00:00.000Z');
const MINUTE_MS = 60_000;
const TEXT = 'The printer is on the second floor next to the kitchen.';
let nextId = 0;

const recallOf = (text: string, given: Partial<RecallMade> & { readonly atMs?: number } = {}) => {
  const { atMs = NOW_MS, ...fields } = given;
  return {
    tenantId: 'acme',
    subjectId: 'a'.repeat(64),
    epoch: 1,
    recallId: `recall-${(nextId += 1)}`,
    madeAt: instantOf(atMs),
    echoHashes: echoHashesOf(text, key),
    ...fields,
  } as RecallMade;
};
const turnAt = (saidAtMs: number, given: Partial<TurnReceived> = {}) =>
  ({ tenantId: 'acme', subjectId: 'a'.repeat(64), epoch: 1, recordedAt: saidAtMs * 1_000, ...given }) as TurnReceived;
const policyOf = (windowMinutes: number) => ({ ...DEFAULT_POLICY, echo: { windowMinutes, share: 0.8 } });
const shareOf = (recent: RecentRecalls, turn: TurnReceived, windowMinutes = 30) =>
  recent.echoShareOf(turn, { text: TEXT, policy: policyOf(windowMinutes), key });

describe('RecentRecalls', () => {
  it('knows what was recalled for a subject before a turn, within the window alone', () => {
    const recent = new RecentRecalls();
    recent.note(recallOf(TEXT));
    expect(shareOf(recent, turnAt(NOW_MS))).toBe(1);
    expect(shareOf(recent, turnAt(NOW_MS + 29 * MINUTE_MS))).toBe(1);
    expect(shareOf(recent, turnAt(NOW_MS + 30 * MINUTE_MS))).toBe(0);
    expect(shareOf(recent, turnAt(NOW_MS - 1))).toBe(0);
    expect(shareOf(recent, turnAt(NOW_MS), 0)).toBe(0);
  });

  it('keeps subjects, tenants and epochs apart', () => {
    const recent = new RecentRecalls();
    recent.note(recallOf(TEXT));
    for (const other of [{ subjectId: 'b'.repeat(64) }, { tenantId: 'other' }, { epoch: 2 }]) {
      expect(shareOf(recent, turnAt(NOW_MS, other as Partial<TurnReceived>))).toBe(0);
    }
    recent.note(recallOf('Something else was said in the next epoch.', { epoch: 2 }));
    expect(shareOf(recent, turnAt(NOW_MS))).toBe(0);
  });

  it('takes a recall once, and remembers only the newest of a subject', () => {
    const recent = new RecentRecalls({ recallsOfSubjectMax: 2, hashesMax: 100 });
    const first = recallOf(TEXT);
    recent.note(first);
    recent.note(first);
    recent.note(recallOf('One other sentence was recalled.'));
    expect(shareOf(recent, turnAt(NOW_MS))).toBe(1);
    recent.note(recallOf('Yet another sentence was recalled.'));
    expect(shareOf(recent, turnAt(NOW_MS))).toBe(0);
  });

  it('is bounded over all subjects: who was recalled for longest ago goes first', () => {
    const recent = new RecentRecalls({ recallsOfSubjectMax: 8, hashesMax: 2 });
    for (const letter of ['a', 'b', 'c'])
      recent.note(recallOf(TEXT, { subjectId: letter.repeat(64) as RecallMade['subjectId'] }));
    const shares = ['a', 'b', 'c'].map((letter) =>
      shareOf(recent, turnAt(NOW_MS, { subjectId: letter.repeat(64) as TurnReceived['subjectId'] })),
    );
    expect(shares).toEqual([0, 1, 1]);
  });

  it('forgets subjects whose recalls are long past', () => {
    const recent = new RecentRecalls();
    recent.note(recallOf(TEXT));
    recent.note(
      recallOf(TEXT, { subjectId: 'b'.repeat(64) as RecallMade['subjectId'], atMs: NOW_MS + 121 * MINUTE_MS }),
    );
    expect(shareOf(recent, turnAt(NOW_MS))).toBe(0);
  });
});
