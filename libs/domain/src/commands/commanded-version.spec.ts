import { describe, expect, it } from '@jest/globals';
import type { CommandGiven, MemoryContent, MemoryDerived } from '@mneme/events';
import { DEFAULT_POLICY } from '../policy.js';
import { commandFitOf } from './command-fit.js';
import { commandedVersionOf } from './commanded-version.js';

const NEWEST = {
  memoryId: 'm',
  tenantId: 'acme',
  subjectId: 's',
  version: 1_000_000,
  recordedAt: 1_000_000,
  kind: 'episode',
  flags: ['preference'],
  sourceClass: 'agent',
  trust: 0.7,
  confidence: 0.6,
  occurredAt: '1970-01-01T00:00:00.000Z',
  reviewBy: '1970-01-02T00:00:00.000Z',
  expiresAt: '1970-01-03T00:00:00.000Z',
  sealed: 'sealed',
} as unknown as MemoryDerived;
const CONTENT: MemoryContent = { text: 'likes tea', session: 'x', speakerName: 'Ana' };
const GIVEN = { tenantId: 'acme', subjectId: 's', sourceClass: 'user', trust: 0.9, recordedAt: 86_400_000_000_000 };

function commanded(given: Partial<CommandGiven>, text?: string) {
  const command = { ...GIVEN, ...given } as CommandGiven;
  const context = { content: CONTENT, command, commanded: text === undefined ? {} : { text }, policy: DEFAULT_POLICY };
  return commandedVersionOf(NEWEST, context);
}

describe('the version that a command causes', () => {
  it('has its instant, and keeps who said it and when', () => {
    const { version, recordedAt, occurredAt, content } = commanded({ action: 'confirm' });
    expect({ version, recordedAt, occurredAt }).toEqual({
      version: GIVEN.recordedAt,
      recordedAt: NEWEST.recordedAt,
      occurredAt: NEWEST.occurredAt,
    });
    expect(content).toEqual(CONTENT);
  });

  it('of a correction is the word of who corrects, and trusted no more than before', () => {
    const corrected = commanded({ action: 'correct' }, 'likes coffee');
    expect(corrected).toMatchObject({
      sourceClass: 'user',
      trust: 0.7,
      confidence: 0.9,
      flags: ['preference', 'corrected'],
    });
    expect(corrected.content).toEqual({ ...CONTENT, text: 'likes coffee' });
    expect(corrected.expiresAt?.slice(0, 4)).toBe('1972');
    expect(() => commanded({ action: 'correct' })).toThrow('no text');
  });

  it('of a confirmation is never less sure, and lives anew', () => {
    expect(commanded({ action: 'confirm' }).confidence).toBe(0.9);
    expect(commanded({ action: 'confirm', sourceClass: 'web' }).confidence).toBe(0.6);
    expect(commanded({ action: 'confirm' }).expiresAt?.localeCompare(NEWEST.expiresAt ?? '')).toBe(1);
  });

  it('ends when the command says, or with it', () => {
    expect(commanded({ action: 'expire' }).expiresAt).toBe('1972-09-27T00:00:00.000Z');
    expect(commanded({ action: 'expire', expiresAt: '2030-01-01T00:00:00.000Z' }).expiresAt).toBe(
      '2030-01-01T00:00:00.000Z',
    );
  });

  it('of a reassessment has what is given, and the rest as it was', () => {
    const { confidence, reviewBy, expiresAt } = commanded({ action: 'reassess', confidence: 0.2 });
    expect({ confidence, reviewBy, expiresAt }).toEqual({
      confidence: 0.2,
      reviewBy: NEWEST.reviewBy,
      expiresAt: NEWEST.expiresAt,
    });
  });

  it('of a reassessment is critical, or normal again, for good', () => {
    const critical = commanded({ action: 'reassess', importance: 'critical' });
    expect([critical.importance, critical.confidence]).toEqual(['critical', NEWEST.confidence]);
    expect(commanded({ action: 'reassess', importance: 'normal' }).importance).toBe('normal');
    expect(commanded({ action: 'confirm' }).importance).toBe(NEWEST.importance);
    const fact = { ...NEWEST, kind: 'fact', reviewBy: undefined } as MemoryDerived;
    const set = (newest: MemoryDerived, importance: 'critical' | 'normal') => {
      const command = { ...GIVEN, action: 'reassess', importance } as CommandGiven;
      return commandedVersionOf(newest, { content: CONTENT, command, commanded: {}, policy: DEFAULT_POLICY });
    };
    const reviewed = set(fact, 'critical');
    expect(reviewed.reviewBy?.slice(0, 4)).toBe('1972');
    expect(set({ ...reviewed, sealed: '' } as unknown as MemoryDerived, 'normal').reviewBy).toBeUndefined();
  });

  it('is none for a command that makes none', () => {
    expect(() => commanded({ action: 'retract' })).toThrow('no version');
  });
});

describe('whether a command fits', () => {
  const fitOf = (
    action: CommandGiven['action'],
    seen: number,
    versions: readonly number[],
    given: Partial<MemoryDerived> = {},
  ) => {
    const living = versions.map((version) => ({ ...NEWEST, ...given, version }));
    const target = { memoryId: NEWEST.memoryId, kind: 'episode' as const, version: seen };
    return commandFitOf({ ...GIVEN, action, target } as CommandGiven, living);
  };

  it('it does for the newest version, and not for an older one', () => {
    expect(fitOf('confirm', 2, [1, 2])).toMatchObject({ state: 'fits', newest: { version: 2 } });
    expect(fitOf('confirm', 1, [1, 2])).toEqual({ state: 'refused', reason: 'stale' });
    expect(fitOf('retract', 1, [1, 2])).toEqual({ state: 'refused', reason: 'stale' });
  });

  it('it does not for a version that was taken away when newer ones came', () => {
    const at = GIVEN.recordedAt;
    for (const action of ['confirm', 'retract'] as const) {
      expect(fitOf(action, 1, [2, 3])).toEqual({ state: 'refused', reason: 'stale' });
    }
    // What came behind the command does not count: it is told the same when it comes again.
    expect(fitOf('retract', 1, [at + 1])).toEqual({ state: 'done' });
  });

  it('it does not for a version that came behind its own instant', () => {
    const at = GIVEN.recordedAt;
    expect(fitOf('confirm', at + 1, [1, at + 1])).toEqual({ state: 'refused', reason: 'stale' });
    expect(fitOf('retract', at + 1, [1, at + 1])).toEqual({ state: 'refused', reason: 'stale' });
  });

  it('one that the log has twice is done', () => {
    const at = GIVEN.recordedAt;
    expect(fitOf('confirm', 1, [1, at])).toEqual({ state: 'done' });
    expect(fitOf('correct', 1, [at, at + 1])).toEqual({ state: 'done' });
  });

  it('a memory that is gone can be taken away once more, and nothing else', () => {
    expect(fitOf('retract', 1, [])).toEqual({ state: 'done' });
    expect(fitOf('correct', 1, [])).toEqual({ state: 'refused', reason: 'gone' });
  });

  it("another subject's or tenant's memory is none", () => {
    for (const stranger of [{ tenantId: 'other' }, { subjectId: 'other' }]) {
      expect(fitOf('confirm', 1, [1], stranger as Partial<MemoryDerived>)).toEqual({
        state: 'refused',
        reason: 'gone',
      });
    }
  });
});
