import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../limits.js';
import { DEFAULT_POLICY } from '../policy.js';
import { type Budgets, budgetDayOf, budgetResetOf, estimatedTokens, refuseOverBudget } from './budgets.js';
import { completePolicy } from './complete-policy.js';
import { limitsFor, NO_TENANT_LIMITS, TENANT_LIMITS } from './tenant-limits.js';

const NOW_MS = Date.parse('2026-03-14T09:26:53Z');

describe('a budget', () => {
  const amount = fc.nat(1_000);
  const usage = fc.record({ turns: amount, tokens: amount });
  const budget = fc.option(amount, { nil: null });

  it('refuses exactly what would go beyond it', () => {
    const budgets = fc.record({ turnsPerDay: budget, tokensPerDay: budget }) as fc.Arbitrary<Budgets>;
    fc.assert(
      fc.property(budgets, usage, usage, (of, used, asked) => {
        const isOver =
          (of.turnsPerDay !== null && used.turns + asked.turns > of.turnsPerDay) ||
          (of.tokensPerDay !== null && used.tokens + asked.tokens > of.tokensPerDay);
        const refusing = () => refuseOverBudget(of, { used, asked, nowMs: NOW_MS });
        if (isOver) expect(refusing).toThrow(expect.objectContaining({ code: 'budget-spent' }));
        else expect(refusing).not.toThrow();
      }),
    );
  });

  it('names itself, what was used and when it begins anew', () => {
    const asking = { used: { turns: 9, tokens: 0 }, asked: { turns: 2, tokens: 0 }, nowMs: NOW_MS };
    expect(() => refuseOverBudget({ turnsPerDay: 10, tokensPerDay: null }, asking)).toThrow(
      expect.objectContaining({
        name: 'LimitExceeded',
        message: expect.stringMatching(/budget of turns .* 9 of 10 .* 2 were asked .* 2026-03-15T00:00:00.000Z/),
        detail: { field: 'turns', limit: 'turnsPerDay=10', sent: 'used=9 asked=2 resetsAt=2026-03-15T00:00:00.000Z' },
      }),
    );
  });

  it('is counted by days in UTC', () => {
    const lastMs = Date.parse('2026-03-14T23:59:59.999Z');
    expect([budgetDayOf(lastMs), budgetDayOf(lastMs + 1)]).toEqual(['2026-03-14', '2026-03-15']);
    expect(budgetResetOf(lastMs)).toBe('2026-03-15T00:00:00.000Z');
    expect(budgetResetOf(lastMs + 1)).toBe('2026-03-16T00:00:00.000Z');
    expect([estimatedTokens(''), estimatedTokens('abcde'), estimatedTokens('ééé')]).toEqual([0, 2, 2]);
  });
});

describe('limits of a tenant', () => {
  it('lower those of the service and never raise them', () => {
    const value = fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: null });
    const lowered = fc.record(Object.fromEntries(TENANT_LIMITS.map((name) => [name, value])));
    fc.assert(
      fc.property(lowered, (given) => {
        const limits = limitsFor(DEFAULT_LIMITS, given as unknown as typeof NO_TENANT_LIMITS);
        for (const name of TENANT_LIMITS) {
          expect(limits[name]).toBe(Math.min(DEFAULT_LIMITS[name], given[name] ?? Infinity));
        }
      }),
    );
    expect(limitsFor(DEFAULT_LIMITS, NO_TENANT_LIMITS)).toEqual(DEFAULT_LIMITS);
  });
});

describe('a stored policy', () => {
  it('of an older release has the defaults of what it does not know', () => {
    const { limits, budgets, writeFilter, reviewDays, ...older } = DEFAULT_POLICY;
    const stored = { ...older, similarityMin: 0.8, retentionDays: { episode: 7 } };
    expect(completePolicy(stored)).toEqual({
      ...DEFAULT_POLICY,
      similarityMin: 0.8,
      retentionDays: { ...DEFAULT_POLICY.retentionDays, episode: 7 },
      limits,
      budgets,
      writeFilter,
      reviewDays,
    });
  });

  it('is as it was when it knows every field, null among them', () => {
    const retentionDays = { ...DEFAULT_POLICY.retentionDays, episode: null };
    const whole = { ...DEFAULT_POLICY, retentionDays, toolReliability: { crm: 0.95, constructor: 0 } };
    expect(completePolicy(JSON.parse(JSON.stringify(whole)) as object)).toEqual(whole);
  });
});
