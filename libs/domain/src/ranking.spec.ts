import { describe, expect, it } from '@jest/globals';
import type { MemoryId, MemoryKind, SessionKey } from '@mneme/events';
import fc from 'fast-check';
import { DEFAULT_POLICY, EVALUATION_POLICY, retentionMsOf, type TenantPolicy } from './policy.js';
import { type Candidate, decayOf, rank, RANKING_WEIGHTS } from './ranking.js';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-06-01T00:00:00.000Z');
const KINDS: readonly MemoryKind[] = ['episode', 'fact', 'procedure', 'summary'];

const candidate = fc.record(
  {
    sessionKey: fc.constantFrom('a', 'b', 'c').map((letter) => letter.repeat(64) as SessionKey),
    kind: fc.constantFrom(...KINDS),
    occurredAtMs: fc.integer({ min: NOW_MS - 400 * DAY_MS, max: NOW_MS + DAY_MS }),
    recordedAt: fc.integer({ min: 1, max: 5 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    speakerNamed: fc.boolean(),
    dense: fc.double({ min: -1, max: 1, noNaN: true }),
    lexical: fc.double({ min: 0, max: 30, noNaN: true }),
  },
  { requiredKeys: ['sessionKey', 'kind', 'occurredAtMs', 'recordedAt', 'confidence', 'speakerNamed'] },
);
const candidates: fc.Arbitrary<readonly Candidate[]> = fc
  .array(candidate, { maxLength: 20 })
  .map((all) => all.map((fields, i) => ({ ...fields, memoryId: idOf(i) })));
const shuffled = candidates.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
);

describe('rank', () => {
  it('puts three weeks old at 0.90 before two years old at 0.95', () => {
    const recent = made(1, { dense: 0.9, occurredAtMs: NOW_MS - 21 * DAY_MS });
    const old = made(2, { dense: 0.95, occurredAtMs: NOW_MS - 730 * DAY_MS });
    for (const retentionDays of [90, 730]) {
      const policy = policyOf({ episode: retentionDays });
      expect(idsOf(rank([old, recent], policy, NOW_MS))).toEqual([recent.memoryId, old.memoryId]);
    }
    const noise = [3, 4, 5].map((i) => made(i, { dense: 0.1 * i, occurredAtMs: NOW_MS - i * DAY_MS }));
    expect(idsOf(rank([old, ...noise, recent], DEFAULT_POLICY, NOW_MS)).slice(0, 2)).toEqual([
      recent.memoryId,
      old.memoryId,
    ]);
  });

  it('lets a fact be near the turn that it came from, and no turn near a fact', () => {
    const sessionKey = 'c'.repeat(64) as SessionKey;
    const of = (i: number) => ({ sessionKey, recordedAt: i, occurredAtMs: NOW_MS + i });
    const turns = [1, 2].map((i) => made(i, { ...of(i), dense: 0.8 - i / 10 }));
    const fact = made(3, { ...of(1), kind: 'fact', dense: 0.5 });
    const together = rank(
      [fact, made(4, { dense: 0.1, sessionKey: 'z'.repeat(64) as SessionKey }), ...turns],
      DEFAULT_POLICY,
      NOW_MS,
    );
    const partsOf = (ranked: typeof together, { memoryId }: Candidate) =>
      ranked.find(({ candidate: one }) => one.memoryId === memoryId)?.parts;
    const [first, second] = turns as [Candidate, Candidate];
    const base = (one: Candidate) => (partsOf(together, one)?.dense ?? 0) * RANKING_WEIGHTS.dense;
    expect(partsOf(together, first)?.neighbours).toBeCloseTo(base(second) / 2);
    expect(partsOf(together, second)?.neighbours).toBeCloseTo(base(first) / 2);
    expect(partsOf(together, fact)?.neighbours).toBeCloseTo(base(first));
  });

  it('keeps the better match first among memories of one age', () => {
    const better = made(1, { dense: 0.95 });
    const worse = made(2, { dense: 0.9 });
    expect(idsOf(rank([worse, better], DEFAULT_POLICY, NOW_MS))).toEqual([better.memoryId, worse.memoryId]);
  });

  it('gives the same answer whatever the order of its input', () => {
    fc.assert(
      fc.property(shuffled, ([all, otherwise]) => {
        expect(rank(otherwise, DEFAULT_POLICY, NOW_MS)).toEqual(rank(all, DEFAULT_POLICY, NOW_MS));
      }),
    );
  });

  it('keeps every candidate once, best first, ties by recordedAt and then id', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const ranked = rank(all, DEFAULT_POLICY, NOW_MS);
        expect([...idsOf(ranked)].sort()).toEqual(all.map(({ memoryId }) => memoryId).sort());
        ranked.slice(1).forEach((next, i) => {
          const before = ranked[i];
          if (before === undefined) throw new Error('there is one before');
          expect(before.parts.score).toBeGreaterThanOrEqual(next.parts.score);
          if (before.parts.score !== next.parts.score) return;
          expect(before.candidate.recordedAt).toBeGreaterThanOrEqual(next.candidate.recordedAt);
          if (before.candidate.recordedAt !== next.candidate.recordedAt) return;
          expect(before.candidate.memoryId < next.candidate.memoryId).toBe(true);
        });
      }),
    );
  });

  it('explains each score by its parts, all of them finite', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        for (const { parts, candidate: of } of rank(all, DEFAULT_POLICY, NOW_MS)) {
          const fused =
            RANKING_WEIGHTS.dense * parts.dense +
            RANKING_WEIGHTS.lexical * parts.lexical +
            RANKING_WEIGHTS.neighbours * parts.neighbours +
            RANKING_WEIGHTS.session * parts.session +
            RANKING_WEIGHTS.speaker * parts.speaker;
          expect(parts.fused).toBeCloseTo(fused, 12);
          expect(parts.score).toBeCloseTo(parts.fused * parts.decay * (0.5 + 0.5 * of.confidence), 12);
          for (const part of Object.values(parts)) expect(part >= 0 && part <= 2).toBe(true);
        }
      }),
    );
  });

  it('counts a score that a leg lacks as the least of that leg', () => {
    const all = [made(1, { dense: 0.2, lexical: 9 }), made(2, { dense: 0.2, lexical: 3 }), made(3, { dense: 0.2 })];
    expect(partsOf(all, 'lexical')).toEqual([1, 0, 0]);
  });

  it('keeps near-equal scores near-equal when there is nothing worse to measure them by', () => {
    expect(partsOf([made(1, { dense: 0.8 }), made(2, { dense: 0.76 })], 'dense')).toEqual([1, expect.closeTo(0.9, 12)]);
    expect(partsOf([made(1, { dense: 0.8 })], 'dense')).toEqual([1]);
    expect(partsOf([made(1, { dense: 0.8 })], 'lexical')).toEqual([0]);
  });

  it('spreads the scores from 0 to 1 when they differ by half of the best or more', () => {
    const all = [made(1, { dense: 0.8 }), made(2, { dense: 0.3 }), made(3, { dense: -0.2 })];
    expect(partsOf(all, 'dense')).toEqual([1, 0.5, 0]);
  });

  it('lifts what stands beside a match in the same session', () => {
    const session = (letter: string) => letter.repeat(64) as SessionKey;
    const turn = (n: number, sessionKey: SessionKey, dense: number) =>
      made(n, { sessionKey, dense, occurredAtMs: NOW_MS - DAY_MS + n });
    const match = turn(2, session('a'), 0.9);
    const beside = turn(3, session('a'), 0.3);
    const elsewhere = turn(4, session('b'), 0.3);
    const ranked = rank([elsewhere, beside, match, turn(5, session('c'), -0.2)], DEFAULT_POLICY, NOW_MS);
    expect(idsOf(ranked).slice(0, 3)).toEqual([match.memoryId, beside.memoryId, elsewhere.memoryId]);
  });

  it('lifts what the named speaker said, and what is more certain', () => {
    const plain = made(1, { dense: 0.5 });
    const named = made(2, { dense: 0.5, speakerNamed: true });
    const doubtful = made(3, { dense: 0.5, confidence: 0.2 });
    const floor = made(4, { dense: -0.5 });
    expect(idsOf(rank([doubtful, plain, named, floor], DEFAULT_POLICY, NOW_MS)).slice(0, 3)).toEqual([
      named.memoryId,
      plain.memoryId,
      doubtful.memoryId,
    ]);
  });

  it('gives nothing for nothing', () => {
    expect(rank([], DEFAULT_POLICY, NOW_MS)).toEqual([]);
  });
});

describe('decayOf', () => {
  const aged = (days: number, kind: MemoryKind = 'episode') => ({ kind, occurredAtMs: NOW_MS - days * DAY_MS });

  it.each([
    [0, 1],
    [30, 0.9],
    [45, 0.85],
    [90, 0.7],
    [91, 0.7],
    [3_650, 0.7],
    [-5, 1],
  ])('of an episode %d days old is %d under 90 days of retention', (days, decay) => {
    expect(decayOf(aged(days), DEFAULT_POLICY, NOW_MS)).toBeCloseTo(decay, 12);
  });

  it('is none for a kind without retention', () => {
    expect(decayOf(aged(5_000, 'fact'), DEFAULT_POLICY, NOW_MS)).toBe(1);
    expect(decayOf(aged(5_000, 'procedure'), DEFAULT_POLICY, NOW_MS)).toBe(1);
  });

  it('takes the share that the tenant set for the kind', () => {
    const policy = { ...DEFAULT_POLICY, decayShare: { ...DEFAULT_POLICY.decayShare, summary: 1 } };
    expect(decayOf(aged(45, 'summary'), policy, NOW_MS)).toBeCloseTo(0.5, 12);
    expect(decayOf(aged(45), policy, NOW_MS)).toBeCloseTo(0.85, 12);
  });

  it('never rises with age and stays within 1 and 1 − share', () => {
    const days = fc.double({ min: -10, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(days, days, fc.constantFrom(...KINDS), (a, b, kind) => {
        const [young, old] = [Math.min(a, b), Math.max(a, b)].map((age) =>
          decayOf(aged(age, kind), DEFAULT_POLICY, NOW_MS),
        );
        expect(young).toBeGreaterThanOrEqual(old ?? Number.NaN);
        expect(old).toBeGreaterThanOrEqual(1 - DEFAULT_POLICY.decayShare[kind] - 1e-12);
        expect(young).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('retentionMsOf', () => {
  it('is milliseconds, or null for no limit', () => {
    expect(retentionMsOf(DEFAULT_POLICY, 'episode')).toBe(90 * DAY_MS);
    expect(retentionMsOf(DEFAULT_POLICY, 'fact')).toBeNull();
    expect(retentionMsOf(EVALUATION_POLICY, 'episode')).toBe(3_650 * DAY_MS);
  });
});

function idOf(n: number): MemoryId {
  return `00000000-0000-5000-8000-${String(n).padStart(12, '0')}` as MemoryId;
}

/** A day old, alone in its session, certain. */
function made(n: number, fields: Partial<Candidate>): Candidate {
  return {
    memoryId: idOf(n),
    sessionKey: String(n).padStart(64, '0') as SessionKey,
    kind: 'episode',
    occurredAtMs: NOW_MS - DAY_MS,
    recordedAt: n,
    confidence: 1,
    speakerNamed: false,
    ...fields,
  };
}

function policyOf(retentionDays: Partial<TenantPolicy['retentionDays']>): TenantPolicy {
  return { ...DEFAULT_POLICY, retentionDays: { ...DEFAULT_POLICY.retentionDays, ...retentionDays } };
}

/** One part of each candidate's score, in the order of the candidates. */
function partsOf(all: readonly Candidate[], part: 'dense' | 'lexical'): readonly (number | undefined)[] {
  const ranked = rank(all, DEFAULT_POLICY, NOW_MS);
  return all.map((one) => ranked.find(({ candidate: of }) => of.memoryId === one.memoryId)?.parts[part]);
}

function idsOf(ranked: ReturnType<typeof rank>): readonly MemoryId[] {
  return ranked.map(({ candidate: of }) => of.memoryId);
}
