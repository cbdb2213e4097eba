import { describe, expect, it } from '@jest/globals';
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
