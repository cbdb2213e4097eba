import { beforeAll, describe, expect, it } from '@jest/globals';
import type { UsageStore } from '@mneme/ports';
import fc from 'fast-check';
import { randomTenantId } from './builders.js';

const DAYS = ['2026-03-13', '2026-03-14', '2026-03-15'] as const;

/** What every store of used budgets must do. */
export function usageStoreContract(make: () => Promise<UsageStore>): void {
  describe('usage store', () => {
    let store: UsageStore;
    beforeAll(async () => {
      store = await make();
    });

    it('has nothing for a day that nobody has added to', async () => {
      expect(await store.readUsage(randomTenantId(), DAYS[0])).toEqual({ turns: 0, tokens: 0 });
      expect(await store.addUsage([])).toEqual([]);
    });

    it('sums by tenant and day, whatever comes together', async () => {
      const amount = fc.nat(100);
      const use = fc.record({ of: fc.nat(1), day: fc.constantFrom(...DAYS), turns: amount, tokens: amount });
      const property = fc.asyncProperty(fc.array(fc.array(use, { maxLength: 5 }), { maxLength: 6 }), async (writes) => {
        const tenants = [randomTenantId(), randomTenantId()];
        const sums = new Map<string, { turns: number; tokens: number }>();
        for (const write of writes) {
          const uses = write.map(({ of, ...rest }) => ({ ...rest, tenantId: tenants[of] as (typeof tenants)[number] }));
          const totals = await store.addUsage(uses);
          uses.forEach(({ tenantId, day, turns, tokens }, i) => {
            const before = sums.get(`${tenantId}/${day}`) ?? { turns: 0, tokens: 0 };
            const sum = { turns: before.turns + turns, tokens: before.tokens + tokens };
            sums.set(`${tenantId}/${day}`, sum);
            expect(totals[i]).toEqual(sum);
          });
        }
        for (const tenantId of tenants) {
          for (const day of DAYS) {
            const sum = sums.get(`${tenantId}/${day}`) ?? { turns: 0, tokens: 0 };
            expect(await store.readUsage(tenantId, day)).toEqual(sum);
          }
        }
      });
      await fc.assert(property, { numRuns: 20 });
    });

    it('takes back what was counted too much, down to nothing', async () => {
      const use = { tenantId: randomTenantId(), day: DAYS[0] };
      await store.addUsage([{ ...use, turns: 5, tokens: 50 }]);
      expect(await store.addUsage([{ ...use, turns: -2, tokens: -60 }])).toEqual([{ turns: 3, tokens: 0 }]);
    });

    it('drops the days before one, in slices', async () => {
      const tenantId = randomTenantId();
      const old = ['1999-01-01', '1999-01-02', '1999-01-03'];
      await store.addUsage([...old, DAYS[0]].map((day) => ({ tenantId, day, turns: 1, tokens: 1 })));
      expect(await store.expireUsage('1999-01-03', 1)).toBe(1);
      expect(await store.expireUsage('1999-01-03', 5)).toBe(1);
      expect(await store.readUsage(tenantId, '1999-01-03')).toEqual({ turns: 1, tokens: 1 });
      expect(await store.readUsage(tenantId, DAYS[0])).toEqual({ turns: 1, tokens: 1 });
    });
  });
}
