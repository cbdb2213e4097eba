import { describe, expect, it } from '@jest/globals';
import { catalogueRowOf } from '@mneme/domain';
import type { ShadowStore, ShadowStores } from '@mneme/ports';
import { aMemory, aReadScope } from './builders.js';
import { aFact, aGraphView } from './graph-facts.js';
import { anIndexedMemory, anIndexFilter, unitVector } from './indexed-memory.js';

/** Fresh stores: empty, working, apart from each other, and gone when they are discarded. */
export function shadowStoresContract(make: () => Promise<ShadowStores>): void {
  describe('ShadowStores', () => {
    it('opens empty stores that work, beside each other', async () => {
      const shadows = await make();
      const [one, other] = [await shadows.open(), await shadows.open()];
      const memory = aMemory();
      await one.catalogue.upsert([catalogueRowOf(memory)]);
      await one.vectorIndex.upsert([anIndexedMemory('red kite', { memory })]);
      await one.factGraph.upsert([aFact({ memory })]);
      expect(await foundIn(one, memory)).toEqual([1, 1, 1]);
      expect(await foundIn(other, memory)).toEqual([0, 0, 0]);
      await Promise.all([one.discard(), other.discard()]);
    });

    it('discards twice as once, and opens an empty one after it', async () => {
      const shadows = await make();
      const memory = aMemory();
      const first = await shadows.open();
      await first.catalogue.upsert([catalogueRowOf(memory)]);
      await first.discard();
      await first.discard();
      const second = await shadows.open();
      expect(await foundIn(second, memory)).toEqual([0, 0, 0]);
      await second.discard();
    });
  });
}

async function foundIn({ catalogue, vectorIndex, factGraph }: ShadowStore, memory: ReturnType<typeof aMemory>) {
  const scope = aReadScope(memory.tenantId, memory.subjectId);
  const query = { vector: unitVector(1, 0, 0, 0), limit: 5 };
  return [
    (await catalogue.get(scope, [memory.memoryId])).length,
    (await vectorIndex.searchDense(scope, query, anIndexFilter())).length,
    (await factGraph.statesOf(scope, [memory.memoryId], aGraphView())).length,
  ];
}
