import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ageOf, CONTEXT_PARTS, type ContextPartName } from './context-item.js';
import { type ContextSupply, fitContext, type PricedItem } from './fit-context.js';

const made = (
  part: ContextPartName,
  id: string,
  tokens = 10,
  turnIds: readonly string[] = [`t-${id}`],
): PricedItem => ({
  part,
  id,
  tokens,
  turnIds: part === 'turn' ? [id] : turnIds,
  text: id,
  source: 'user',
  trust: 0.9,
  occurredAtMs: 0,
});
const supply = (items: Partial<ContextSupply['items']>, more: Partial<ContextSupply> = {}): ContextSupply => ({
  items: { profile: [], fact: [], memory: [], turn: [], ...items },
  budgetTokens: 100,
  profileShare: 0.25,
  turnsShare: 0.3,
  ...more,
});
const idsOf = (fitted: ReturnType<typeof fitContext>) => fitted.items.map(({ id }) => id);
const many = (part: ContextPartName, count: number) =>
  Array.from({ length: count }, (_, i) => made(part, `${part}${i}`));

describe('fitContext', () => {
  it('gives the profile and the turns their shares first, and the rest to memories', () => {
    const all = supply({ profile: many('profile', 9), memory: many('memory', 9), turn: many('turn', 9) });
    expect(idsOf(fitContext(all))).toEqual([
      ...['profile0', 'profile1'],
      ...['memory0', 'memory1', 'memory2', 'memory3', 'memory4'],
      ...['turn6', 'turn7', 'turn8'],
    ]);
  });

  it('gives what memories leave to the rest of the profile, then to older turns', () => {
    const all = supply({ profile: many('profile', 4), memory: many('memory', 1), turn: many('turn', 9) });
    expect(idsOf(fitContext(all))).toEqual([
      ...['profile0', 'profile1', 'profile2', 'profile3'],
      'memory0',
      ...['turn4', 'turn5', 'turn6', 'turn7', 'turn8'],
    ]);
  });

  it('passes over a memory that is too large, and never over a turn', () => {
    const memories = [made('memory', 'large', 90), made('memory', 'small')];
    expect(idsOf(fitContext(supply({ memory: memories }, { budgetTokens: 60 })))).toEqual(['small']);
    const turns = [made('turn', 'old'), made('turn', 'large', 90), made('turn', 'new')];
    const fitted = fitContext(supply({ turn: turns }, { budgetTokens: 60 }));
    expect(idsOf(fitted)).toEqual(['new']);
    expect(fitted.leftOut.map(({ item, reason }) => [item.id, reason])).toEqual([
      ['old', 'over-budget'],
      ['large', 'over-budget'],
    ]);
  });

  it('does not say a thing twice', () => {
    const all = supply(
      {
        profile: [made('profile', 'p', 10)],
        fact: [made('fact', 'p', 10), made('fact', 'of-memory', 10, ['t-m'])],
        memory: [made('memory', 'of-turn', 10, ['now']), made('memory', 'm', 10, ['t-m'])],
        turn: [made('turn', 't-m'), made('turn', 'now')],
      },
      { turnsShare: 0.1 },
    );
    const fitted = fitContext(all);
    expect(idsOf(fitted)).toEqual(['p', 'm', 'now']);
    expect(new Set(fitted.leftOut.map(({ reason }) => reason))).toEqual(new Set(['said-already']));
  });

  it('keeps to the budget, and tells every item once', () => {
    const items = fc.array(fc.tuple(fc.constantFrom(...CONTEXT_PARTS), fc.integer({ min: 1, max: 60 }), fc.nat(5)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(items, fc.nat(300), fc.double({ min: 0, max: 1, noNaN: true }), (given, budgetTokens, share) => {
        const all = given.map(([part, tokens, turn], i) => made(part, `i${i}`, tokens, [`i${turn}`]));
        const of = (part: ContextPartName) => all.filter((item) => item.part === part);
        const parts = { profile: of('profile'), fact: of('fact'), memory: of('memory'), turn: of('turn') };
        const fitted = fitContext({ items: parts, budgetTokens, profileShare: share, turnsShare: 1 - share });
        expect(fitted.items.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(budgetTokens);
        const told = [...idsOf(fitted), ...fitted.leftOut.map(({ item }) => item.id)].sort();
        expect(told).toEqual(all.map(({ id }) => id).sort());
      }),
    );
  });
});

describe('ageOf', () => {
  it.each([
    [-5, 'now'],
    [59_999, 'now'],
    [60_000, '1 minute'],
    [7_200_000, '2 hours'],
    [3 * 86_400_000, '3 days'],
    [64 * 86_400_000, '2 months'],
    [800 * 86_400_000, '2 years'],
  ])('says %d ms as %s', (elapsedMs, age) => {
    expect(ageOf(elapsedMs)).toBe(age);
  });
});
