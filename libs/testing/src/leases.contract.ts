import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Lease, Leases } from '@mneme/ports';
import { eventually } from './eventually.js';

export interface LeasesUnderTest {
  /** The leases of one process; those of another are on the same engine. */
  readonly leases: Leases;
  /** As if the process were killed or cut off: it renews nothing any more. */
  cutOff(): Promise<void>;
}

/** What `Leases` mean; `ttlMs` is how long a holder that is not heard of keeps one. */
export function leasesContract(make: () => Promise<LeasesUnderTest>, { ttlMs }: { readonly ttlMs: number }): void {
  describe('leases', () => {
    const held: Lease[] = [];
    const aborts: AbortController[] = [];
    afterEach(async () => {
      for (const abort of aborts.splice(0)) abort.abort();
      await Promise.all(held.splice(0).map((lease) => lease.release()));
    });

    /** One process that wants a lease. */
    const wants = async (name: string, one?: LeasesUnderTest) => {
      const process = one ?? (await make());
      const abort = new AbortController();
      aborts.push(abort);
      const state = { isActive: false, lostCount: 0 };
      const acquired = process.leases.acquire(name, { signal: abort.signal, lost: () => void (state.lostCount += 1) });
      const lease = acquired.then((given) => {
        state.isActive = true;
        held.push(given);
        return given;
      });
      lease.catch(() => undefined);
      return { process, state, lease, abort };
    };

    it('are held by one at a time, and by the next at once when they are released', async () => {
      const name = randomUUID();
      const first = await wants(name);
      const lease = await first.lease;
      const second = await wants(name);
      await sleep(2 * ttlMs);
      expect(second.state.isActive).toBe(false);
      await lease.release();
      await lease.release();
      await second.lease;
      expect(first.state.lostCount).toBe(0);
    });

    it('of other names are held by others', async () => {
      await (
        await wants(randomUUID())
      ).lease;
      await (
        await wants(randomUUID())
      ).lease;
    });

    it('pass to another when their holder is cut off, who hears of it before that', async () => {
      const name = randomUUID();
      const first = await wants(name);
      await first.lease;
      const second = await wants(name);
      let knewFirst: boolean | undefined;
      void second.lease.then(() => (knewFirst = first.state.lostCount === 1));
      await first.process.cutOff();
      await eventually('another has it', () => second.state.isActive);
      expect(knewFirst).toBe(true);
      await sleep(ttlMs);
      expect([first.state.lostCount, second.state.lostCount]).toEqual([1, 0]);
    });

    it('are given to one of many that want them at once', async () => {
      const name = randomUUID();
      const many = await Promise.all(Array.from({ length: 5 }, () => wants(name)));
      await eventually('one has it', () => many.some(({ state }) => state.isActive));
      await sleep(ttlMs);
      expect(many.filter(({ state }) => state.isActive)).toHaveLength(1);
    });

    it('are no longer waited for when the signal aborts', async () => {
      const name = randomUUID();
      await (
        await wants(name)
      ).lease;
      const { lease, abort } = await wants(name);
      abort.abort();
      await expect(lease).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
}
