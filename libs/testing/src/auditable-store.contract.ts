import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MemoryDerived } from '@mneme/events';
import { canonicalJson, StateDigest, tenantRef } from '@mneme/domain';
import type { AuditableStore } from '@mneme/ports';
import { aMemory, randomSubjectId, randomTenantId } from './builders.js';

export interface AuditableFixture {
  readonly store: AuditableStore;
  /** Writes the memories through the store's own port. */
  write(memories: readonly MemoryDerived[]): Promise<void>;
  /** What the projection function makes of the memory. */
  project(memory: MemoryDerived): object;
}

const MEMORIES = 1_300;

/** What every store that a digest covers must do. */
export function auditableStoreContract(make: () => Promise<AuditableFixture>, storeName: string): void {
  describe('auditable store', () => {
    let fixture: AuditableFixture;
    beforeAll(async () => {
      fixture = await make();
    });

    it('has the name that reports give it', () => {
      expect(fixture.store.storeName).toBe(storeName);
    });

    it('gives every record of the tenant as the projection made it, over many pages', async () => {
      const tenantId = randomTenantId();
      const subjects = [randomSubjectId(), randomSubjectId(), randomSubjectId()];
      const memories = Array.from({ length: MEMORIES }, (_, at) =>
        aMemory({
          tenantId,
          subjectId: subjects[at % 3] as (typeof subjects)[number],
          flags: at % 2 === 0 ? [] : ['decision'],
          confidence: at / MEMORIES,
          ...(at % 5 === 0 ? { expiresAt: '2027-01-01T00:00:00.000Z' } : {}),
        }),
      );
      await fixture.write([...memories, aMemory()]);
      const records: object[] = [];
      for await (const record of fixture.store.records(tenantRef(tenantId))) records.push(record);
      const expected = memories.map((memory) => fixture.project(memory));
      expect(records.map(canonicalJson).sort()).toEqual(expected.map(canonicalJson).sort());
    });

    it('has the same digest in whatever order, and however often, the records came', async () => {
      const tenantId = randomTenantId();
      const memories = Array.from({ length: 20 }, () => aMemory({ tenantId }));
      await fixture.write(memories);
      const once = await digestOf(fixture, tenantId);
      await fixture.write([...memories].reverse());
      expect(await digestOf(fixture, tenantId)).toEqual(once);
      expect(once.count).toBe(20);
    });

    it('has no records of a tenant that never wrote', async () => {
      expect((await digestOf(fixture, randomTenantId())).count).toBe(0);
    });
  });
}

async function digestOf({ store }: AuditableFixture, tenantId: MemoryDerived['tenantId']) {
  const digest = new StateDigest();
  for await (const record of store.records(tenantRef(tenantId))) digest.add(record);
  return { hex: digest.hex, count: digest.count };
}
