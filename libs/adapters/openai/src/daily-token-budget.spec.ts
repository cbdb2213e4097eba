import { describe, expect, it } from '@jest/globals';
import type { TenantId } from '@mneme/events';
import { FixedClock, randomTenantId } from '@mneme/testing';
import { DailyTokenBudget } from './daily-token-budget.js';

const DAY_MS = 86_400_000;

describe('DailyTokenBudget', () => {
  it('gives until nothing is left, to each tenant its own', async () => {
    const budget = new DailyTokenBudget(new FixedClock(), () => 100);
    const [tenant, other] = [randomTenantId(), randomTenantId()];
    expect(await budget.take(tenant, 60)).toBeDefined();
    expect(await budget.take(tenant, 41)).toBeUndefined();
    expect(await budget.take(tenant, 40)).toBeDefined();
    expect(await budget.take(other, 100)).toBeDefined();
  });

  it('says once a day that a day is used up, and what each call has used', async () => {
    const clock = new FixedClock();
    const [tenant, told, used]: [TenantId, TenantId[], number[]] = [randomTenantId(), [], []];
    const observer = { usedUp: (id: TenantId) => told.push(id), used: (tokens: number) => used.push(tokens) };
    const budget = new DailyTokenBudget(clock, async () => 10, observer);
    for (const tokens of [11, 12, 10]) await (await budget.take(tenant, tokens))?.settle(7);
    expect([told, used]).toEqual([[tenant], [7]]);
    clock.advance(DAY_MS);
    await budget.take(tenant, 11);
    expect(told).toEqual([tenant, tenant]);
  });

  it('is never taken twice by those who ask at once', async () => {
    const budget = new DailyTokenBudget(new FixedClock(), async () => 100);
    const tenant = randomTenantId();
    const taken = await Promise.all(Array.from({ length: 20 }, () => budget.take(tenant, 30)));
    expect(taken.filter((one) => one !== undefined)).toHaveLength(3);
  });

  it('takes the rest back, and counts what was used beyond', async () => {
    const budget = new DailyTokenBudget(new FixedClock(), () => 100);
    const tenant = randomTenantId();
    await (await budget.take(tenant, 100))?.settle(30);
    expect(await budget.take(tenant, 71)).toBeUndefined();
    await (await budget.take(tenant, 70))?.settle(90);
    expect(await budget.take(tenant, 1)).toBeUndefined();
  });

  it('begins anew each day, and settles on the day it took from', async () => {
    const clock = new FixedClock();
    const budget = new DailyTokenBudget(clock, () => 100);
    const tenant = randomTenantId();
    const taken = await budget.take(tenant, 100);
    clock.advance(DAY_MS);
    expect(await budget.take(tenant, 100)).toBeDefined();
    await taken?.settle(0);
    expect(await budget.take(tenant, 1)).toBeUndefined();
  });
});
