import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addedUsage, NO_USAGE, type Usage } from '@mneme/domain';
import type { TenantId } from '@mneme/events';
import type { DayUsage, UsageStore } from '@mneme/ports';
import fc from 'fast-check';
import { BudgetMeter } from './budget-meter.js';

const ACME = 'acme' as TenantId;
const OTHER = 'other' as TenantId;
const BUDGETS = { turnsPerDay: 10, tokensPerDay: 1_000 };

class UsageInMemory implements UsageStore {
  readonly rows = new Map<string, Usage>();
  writes = 0;
  reads = 0;
  isBroken = false;

  async readUsage(tenantId: TenantId, day: string): Promise<Usage> {
    this.reads += 1;
    return this.rows.get(`${tenantId}/${day}`) ?? NO_USAGE;
  }

  async addUsage(uses: readonly DayUsage[]): Promise<readonly Usage[]> {
    if (this.isBroken) throw new Error('the disk is full');
    this.writes += 1;
    return uses.map((use) => {
      const name = `${use.tenantId}/${use.day}`;
      const total = addedUsage(this.rows.get(name) ?? NO_USAGE, { turns: use.turns, tokens: use.tokens });
      this.rows.set(name, total);
      return total;
    });
  }

  async expireUsage(): Promise<number> {
    return 0;
  }
}

let store: UsageInMemory;
let nowMs: number;
const meters: BudgetMeter[] = [];

beforeEach(() => {
  store = new UsageInMemory();
  nowMs = Date.parse('2026-03-14T12:00:00Z');
});
afterEach(() => Promise.all(meters.splice(0).map((meter) => meter.flush())));

async function opened(tenantId = ACME, flushMs = 3_600_000): Promise<BudgetMeter> {
  const logger = { warn: () => undefined };
  const meter = new BudgetMeter({ usageStore: store, clock: { nowMs: () => nowMs }, logger }, flushMs);
  meters.push(meter);
  await meter.open(tenantId);
  return meter;
}

const turns = (count: number) => ({ turns: count, tokens: 0 });

describe('a meter', () => {
  it('lets a budget be used to its end, and says what is over', async () => {
    const meter = await opened();
    meter.spend(ACME, turns(10), BUDGETS);
    expect(() => meter.spend(ACME, turns(1), BUDGETS)).toThrow(
      expect.objectContaining({
        code: 'budget-spent',
        detail: expect.objectContaining({ limit: 'turnsPerDay=10', sent: expect.stringContaining('used=10 asked=1') }),
      }),
    );
    expect(await meter.usedToday(ACME)).toEqual({
      turns: 10,
      tokens: 0,
      day: '2026-03-14',
      resetsAt: '2026-03-15T00:00:00.000Z',
    });
    await meter.open(OTHER);
    meter.spend(OTHER, turns(10), BUDGETS);
  });

  it('takes back what was not used', async () => {
    const meter = await opened();
    const spent = meter.spend(ACME, turns(10), BUDGETS);
    meter.giveBack(spent, turns(4));
    meter.spend(ACME, turns(4), BUDGETS);
    meter.giveBack(spent);
    expect(await meter.usedToday(ACME)).toMatchObject({ turns: 0 });
  });

  it('reads once in its time, and writes all tenants at once', async () => {
    const meter = await opened();
    await Promise.all(Array.from({ length: 20 }, () => meter.open(OTHER)));
    expect(store.reads).toBe(2);
    for (let n = 0; n < 100; n += 1) for (const tenant of [ACME, OTHER]) meter.spend(tenant, turns(1));
    await meter.flush();
    await meter.flush();
    expect(store.writes).toBe(1);
    expect([...store.rows.values()]).toEqual([turns(100), turns(100)]);
  });

  it('goes on after a restart from what was written', async () => {
    const before = await opened();
    before.spend(ACME, turns(7), BUDGETS);
    await before.flush();
    const after = await opened();
    expect(() => after.spend(ACME, turns(4), BUDGETS)).toThrow('7 of 10');
    after.spend(ACME, turns(3), BUDGETS);
  });

  it('begins anew at midnight in UTC, also for a request that came before', async () => {
    const meter = await opened();
    meter.spend(ACME, turns(10), BUDGETS);
    nowMs = Date.parse('2026-03-15T00:00:00Z');
    meter.spend(ACME, turns(10), BUDGETS);
    await meter.flush();
    expect(Object.fromEntries(store.rows)).toEqual({ 'acme/2026-03-14': turns(10), 'acme/2026-03-15': turns(10) });
  });

  it('hears at a write what another process has used', async () => {
    const [one, two] = [await opened(), await opened()];
    two.spend(ACME, turns(8), BUDGETS);
    await two.flush();
    one.spend(ACME, turns(2), BUDGETS);
    await one.flush();
    expect(() => one.spend(ACME, turns(1), BUDGETS)).toThrow('10 of 10');
  });

  it('hears it without a write of its own when its time is over, and at once for who asks what was used', async () => {
    const [one, asked] = [await opened(ACME, 1), await opened()];
    const two = await opened();
    two.spend(ACME, turns(9), BUDGETS);
    await two.flush();
    expect(await asked.usedToday(ACME)).toMatchObject({ turns: 9 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await one.open(ACME);
    expect(() => one.spend(ACME, turns(2), BUDGETS)).toThrow('9 of 10');
  });

  it('counts nothing twice while its write is under way', async () => {
    const meter = await opened(ACME, 0);
    meter.spend(ACME, turns(6), BUDGETS);
    const flushing = meter.flush();
    await meter.open(ACME);
    meter.spend(ACME, turns(4), BUDGETS);
    await flushing;
    await meter.open(ACME);
    expect(() => meter.spend(ACME, turns(1), BUDGETS)).toThrow('10 of 10');
  });

  it('keeps what it could not write', async () => {
    const meter = await opened();
    meter.spend(ACME, turns(6), BUDGETS);
    store.isBroken = true;
    await meter.flush();
    expect(() => meter.spend(ACME, turns(5), BUDGETS)).toThrow('6 of 10');
    store.isBroken = false;
    await meter.flush();
    expect([...store.rows.values()]).toEqual([turns(6)]);
  });

  it('never counts beyond a budget, and writes exactly what it counted, whatever happens between', async () => {
    const step = fc.oneof(
      fc.record({ spend: fc.nat(5) }),
      fc.constantFrom({ flush: true }, { giveBack: true }, { restart: true }),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      store = new UsageInMemory();
      let meter = await opened();
      let used = 0;
      let last: ReturnType<BudgetMeter['spend']> | undefined;
      for (const one of steps) {
        if ('flush' in one) await meter.flush();
        if ('restart' in one) {
          await meter.flush();
          meter = await opened();
        }
        if ('giveBack' in one && last !== undefined) {
          meter.giveBack(last);
          used -= last.usage.turns;
          last = undefined;
        }
        if (!('spend' in one)) continue;
        if (used + one.spend > BUDGETS.turnsPerDay) {
          expect(() => meter.spend(ACME, turns(one.spend), BUDGETS)).toThrow('budget');
        } else {
          last = meter.spend(ACME, turns(one.spend), BUDGETS);
          used += one.spend;
        }
      }
      await meter.flush();
      expect(store.rows.get('acme/2026-03-14') ?? NO_USAGE).toEqual(turns(used));
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
