import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CatalogueRow, catalogueRowOf, tenantRef } from '@mneme/domain';
import type { AccessCounts, AuditableStore, Catalogue } from '@mneme/ports';
import { aMemory, aReadScope, randomMemoryId, randomTenantId } from './builders.js';

interface Stores {
  readonly accessCounts: AccessCounts;
  readonly catalogue: Catalogue & AuditableStore;
}

/** What every home of access counts must do, beside the catalogue whose memories it counts. */
export function accessCountsContract(make: () => Promise<Stores>): void {
  describe('access counts', () => {
    let stores: Stores;
    let nextPartition = 0;
    beforeAll(async () => {
      stores = await make();
    });

    const kept = async (given = {}) => {
      const row = catalogueRowOf(aMemory(given));
      await stores.catalogue.upsert([row]);
      return row;
    };
    const access = (row: CatalogueRow, offset: number, more = {}) => ({
      offset,
      tenantId: row.tenantId,
      memoryIds: [row.memoryId],
      atMs: 1_000 + offset,
      ...more,
    });
    const countOf = async (row: CatalogueRow) => {
      const scope = aReadScope(row.tenantId, row.subjectId);
      return (await stores.accessCounts.accessesOf(scope, [row.memoryId])).get(row.memoryId);
    };
    const note = (partition: number, ...accesses: Parameters<AccessCounts['noteAccesses']>[1]) =>
      stores.accessCounts.noteAccesses(partition, accesses);
    const aPartition = () => (nextPartition += 1);

    it('counts each access once, however often it is delivered', async () => {
      const row = await kept();
      const partition = aPartition();
      expect(await countOf(row)).toBeUndefined();
      await note(partition, access(row, 0), access(row, 1));
      await note(partition, access(row, 0), access(row, 1), access(row, 5));
      await note(partition, access(row, 5));
      expect(await countOf(row)).toEqual({ count: 3, lastAccessMs: 1_005 });
      await note(aPartition(), access(row, 0, { atMs: 7 }));
      expect(await countOf(row)).toEqual({ count: 4, lastAccessMs: 1_005 });
    });

    it('passes over what is not there and what is another tenant’s', async () => {
      const row = await kept();
      const foreign = access(row, 0, { tenantId: randomTenantId() });
      await note(aPartition(), foreign, access(row, 1, { memoryIds: [randomMemoryId(), row.memoryId] }));
      expect(await countOf(row)).toEqual({ count: 1, lastAccessMs: 1_001 });
    });

    it('tells them within the scope alone', async () => {
      const row = await kept();
      await note(aPartition(), access(row, 0));
      const stranger = aReadScope(row.tenantId);
      expect((await stores.accessCounts.accessesOf(stranger, [row.memoryId])).size).toBe(0);
    });

    it('carries them on to the next version, and keeps them when the same one comes again', async () => {
      const row = await kept();
      await note(aPartition(), access(row, 0));
      await stores.catalogue.upsert([row]);
      const next = { ...row, version: row.version + 1 };
      await stores.catalogue.upsert([next]);
      await stores.catalogue.remove([row]);
      expect(await countOf(row)).toEqual({ count: 1, lastAccessMs: 1_000 });
    });

    it('leaves records as they are, for digests are made of them', async () => {
      const row = await kept();
      await note(aPartition(), access(row, 0));
      const records = [];
      for await (const record of stores.catalogue.records(tenantRef(row.tenantId))) records.push(record);
      expect(records).toEqual([row]);
    });
  });
}
