import { describe, expect, it } from '@jest/globals';
import type { Audience, EntityId, MemoryId, SubjectId } from '@mneme/events';
import fc from 'fast-check';
import { StateDigest } from '../digest.js';
import type { GraphFact } from './graph-fact.js';
import { inForce, isWithin, knownAt, supersedes, takesBack } from './in-force.js';

const DAY_MS = 86_400_000;
const NOW = { validAtMs: 100 * DAY_MS, knownAt: Number.MAX_SAFE_INTEGER };
const inDays = (day: number) => ({ ...NOW, validAtMs: day * DAY_MS });

interface Draft {
  readonly id: string;
  /** The wide slot: of a predicate that holds once. */
  readonly once?: string;
  readonly object?: string;
  readonly said?: number;
  readonly from?: number;
  readonly to?: number;
  readonly isNegated?: boolean;
  readonly isCorrection?: boolean;
  readonly subject?: string;
  readonly audience?: string;
}

/** Days count from 0; what was said is recorded at once and holds from then on, unless it says otherwise. */
function fact(draft: Draft): GraphFact {
  const { id, once, object = 'x', said = 1, from = said, to, isNegated = false, isCorrection = false } = draft;
  const own = `${once ?? ''}/${object}`;
  return {
    memoryId: id as MemoryId,
    version: said,
    tenantId: 'acme' as never,
    subjectId: (draft.subject ?? 's') as SubjectId,
    sessionKey: 'k' as never,
    sourceId: id as never,
    audience: (draft.audience ?? 'o') as Audience,
    sourceClass: 'user',
    trust: 1,
    confidence: 1,
    occurredAtMs: said * DAY_MS,
    recordedAt: said,
    epoch: 1,
    subjectEntity: 'e' as EntityId,
    subjectType: 'person',
    predicate: 'uses',
    isNegated,
    isCorrection,
    aliases: [],
    slots: once === undefined ? [own] : [own, once],
    ends: once === undefined || isNegated ? [own] : [own, once],
    validFromMs: from * DAY_MS,
    ...(to === undefined ? {} : { validToMs: to * DAY_MS }),
  };
}

const holding = (drafts: readonly Draft[], at = NOW) =>
  inForce(drafts.map(fact), at)
    .map(({ memoryId }) => memoryId)
    .sort();

describe('what is in force', () => {
  const lisbon = { id: 'lisbon', once: 'home', object: 'lisbon', said: 1 };
  const porto = { id: 'porto', once: 'home', object: 'porto', said: 5 };

  it('is the last one where only one can hold', () => {
    expect(holding([lisbon, porto])).toEqual(['porto']);
    expect(holding([lisbon, porto], inDays(3))).toEqual(['lisbon']);
    expect(holding([lisbon, porto], { ...NOW, knownAt: 4 })).toEqual(['lisbon']);
  });

  it('is decided by the time in which a fact holds, whenever it was said', () => {
    const before = { id: 'rome', once: 'home', object: 'rome', said: 9, from: 0 };
    expect(holding([lisbon, before])).toEqual(['lisbon']);
    expect(holding([lisbon, before], inDays(0.5))).toEqual(['rome']);
  });

  it('is all of them where many can hold, and a repeated one once', () => {
    const drafts = [
      { id: 'a', object: 'vim', said: 1 },
      { id: 'b', object: 'git', said: 2 },
      { id: 'c', object: 'vim', said: 3 },
    ];
    expect(holding(drafts)).toEqual(['b', 'c']);
  });

  it.each([
    ['subject', { subject: 'another' }],
    ['audience', { audience: 'another' }],
  ])('is not changed by a fact of another %s', (_, other) => {
    expect(holding([lisbon, { ...porto, ...other }])).toEqual(['lisbon', 'porto']);
  });

  it('loses what is negated, that alone, and for as long as the negation says', () => {
    const vim = { id: 'vim', object: 'vim', said: 1 };
    const git = { id: 'git', object: 'git', said: 1 };
    const not = { id: 'not', object: 'vim', isNegated: true, said: 3 };
    expect(holding([vim, git, not])).toEqual(['git']);
    expect(holding([vim, git, not], inDays(2))).toEqual(['git', 'vim']);
    expect(holding([vim, { ...not, to: 10 }])).toEqual(['vim']);
    expect(holding([lisbon, porto, { id: 'not', once: 'home', object: 'lisbon', isNegated: true, said: 7 }])).toEqual([
      'porto',
    ]);
    expect(holding([vim, not, { id: 'again', object: 'vim', said: 8 }])).toEqual(['again']);
  });

  it('loses a plan that was called off before its time', () => {
    const berlin = { id: 'berlin', once: 'home', object: 'berlin', said: 2, from: 50 };
    const calledOff = { id: 'off', once: 'home', object: 'berlin', said: 4, isNegated: true };
    expect(holding([lisbon, berlin])).toEqual(['berlin']);
    expect(holding([lisbon, berlin, calledOff])).toEqual(['lisbon']);
    const instead = { id: 'stays', once: 'home', object: 'lisbon', said: 4, isCorrection: true };
    expect(holding([lisbon, berlin, instead])).toEqual(['stays']);
  });

  it('is never empty for want of a winner: what was taken back takes nothing with it', () => {
    const back = { id: 'back', once: 'home', object: 'b', said: 2, from: 1, isCorrection: true };
    const taken = { id: 'taken', once: 'home', object: 't', said: 1, from: 9 };
    const plain = { id: 'plain', once: 'home', object: 'p', said: 3, from: 5 };
    expect(holding([back, taken, plain])).toEqual(['plain']);
  });

  it('comes back after a time that was said to end', () => {
    const summer = { id: 'summer', once: 'home', object: 'rome', said: 5, from: 20, to: 40 };
    expect(holding([lisbon, summer], inDays(30))).toEqual(['summer']);
    expect(holding([lisbon, summer])).toEqual(['lisbon']);
  });

  it('of two at one time is the one recorded last, then the one of the greater id', () => {
    const [one, other] = [
      { ...lisbon, id: '1', from: 3, said: 4 },
      { ...porto, id: '2', from: 3, said: 4 },
    ];
    expect(holding([one, other])).toEqual(['2']);
    expect(holding([{ ...one, said: 5 }, other])).toEqual(['1']);
  });
});

describe('any facts', () => {
  const DRAFTS = fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      once: fc.constantFrom(undefined, 'home', 'work'),
      object: fc.constantFrom('a', 'b', 'c'),
      said: fc.integer({ min: 1, max: 6 }),
      from: fc.integer({ min: 0, max: 6 }),
      isNegated: fc.boolean(),
      isCorrection: fc.boolean(),
    }),
    { selector: ({ id }) => id, maxLength: 12 },
  );
  const digestOf = (facts: readonly GraphFact[]) => {
    const digest = new StateDigest();
    for (const one of facts) digest.add(one);
    return digest.hex;
  };
  const factsOf = (drafts: readonly Draft[]) => drafts.map((draft) => fact(draft));

  it('hold as the definition says, which compares each with each', () => {
    fc.assert(
      fc.property(DRAFTS, fc.integer({ min: 0, max: 12 }), (drafts, day) => {
        const at = inDays(day);
        const said = factsOf(drafts as readonly Draft[]);
        const then = knownAt(said, at.knownAt).filter((one) => isWithin(one, at.validAtMs));
        const standing = then.filter((one) => !then.some((other) => takesBack(other, one)));
        const held = standing.filter((one) => !one.isNegated && !standing.some((other) => supersedes(other, one)));
        expect(inForce(said, at)).toEqual(held);
      }),
    );
  });

  it('in any order and with repeats hold the same', () => {
    fc.assert(
      fc.property(
        DRAFTS.chain((drafts) =>
          fc.tuple(
            fc.constant(drafts as readonly Draft[]),
            fc.shuffledSubarray([...drafts, ...drafts], { minLength: drafts.length * 2 }),
          ),
        ),
        ([drafts, shuffled]) => {
          const once = inForce(factsOf(drafts), NOW);
          expect(digestOf(inForce(factsOf(shuffled as readonly Draft[]), NOW))).toBe(digestOf(once));
        },
      ),
    );
  });

  it('that hold do not contradict each other', () => {
    fc.assert(
      fc.property(DRAFTS, (drafts) => {
        const held = inForce(factsOf(drafts as readonly Draft[]), NOW);
        const slots = held.flatMap((one) => one.slots);
        expect(new Set(slots).size).toBe(slots.length);
        expect(held.filter(({ isNegated }) => isNegated)).toEqual([]);
      }),
    );
  });

  it('leave something standing in every slot where nothing is negated', () => {
    fc.assert(
      fc.property(DRAFTS, (drafts) => {
        const said = factsOf((drafts as readonly Draft[]).map((draft) => ({ ...draft, isNegated: false })));
        const held = inForce(said, NOW);
        for (const { slots } of said) {
          const [, wide] = slots;
          if (wide !== undefined) expect(held.filter((one) => one.slots.includes(wide))).toHaveLength(1);
        }
      }),
    );
  });
});
