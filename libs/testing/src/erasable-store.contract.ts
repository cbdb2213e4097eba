import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceId, SubjectId, TenantId } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import type { ErasableStore } from '@mneme/ports';
import { randomSourceId, randomSubjectId, randomTenantId } from './builders.js';

/** One record to be written; its id is what the store answers to probes with. */
export interface ErasableRecord {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  /** Where records are their own source, it is the id too. */
  readonly sourceId: SourceId;
  readonly epoch: number;
}

export interface ErasableFixture {
  readonly store: ErasableStore;
  /** Writes through the store's own port; answers the ids, in order. */
  write(records: readonly ErasableRecord[]): Promise<readonly string[]>;
  /** Ids of the subject that its user reads through the store's own port, at most 1,000. */
  read(tenantId: TenantId, subjectId: SubjectId): Promise<readonly string[]>;
}

/** What every store must do for erasure, beside what its own suite asks. */
export function erasableStoreContract(make: () => Promise<ErasableFixture>, storeName: string): void {
  describe('erasable store', () => {
    let fixture: ErasableFixture;
    let tenantId: TenantId;
    let subjectId: SubjectId;
    beforeEach(async () => {
      fixture ??= await make();
      tenantId = randomTenantId();
      subjectId = randomSubjectId();
    });
    const subject = () => subjectRef(tenantId, subjectId);
    const aRecord = (given: Partial<ErasableRecord> = {}): ErasableRecord => {
      return { tenantId, subjectId, sourceId: randomSourceId(), epoch: 1, ...given };
    };
    const three = () => [aRecord(), aRecord(), aRecord()];
    const seen = async (of = subjectId) => [...(await fixture.read(tenantId, of))].sort();

    it('has the name that reports give it', () => {
      expect(fixture.store.storeName).toBe(storeName);
    });

    it('erases a subject, says how many records went, and has none left', async () => {
      const ids = await fixture.write(three());
      expect(await fixture.store.countSubject(subject(), 2)).toBe(3);
      expect(await seen()).toEqual([...ids].sort());
      expect(await fixture.store.eraseSubject(subject(), 2)).toBe(3);
      expect(await fixture.store.countSubject(subject(), 2)).toBe(0);
      expect(await seen()).toEqual([]);
      expect(await fixture.store.findIds(tenantId, ids)).toEqual([]);
      expect(await fixture.store.probeIds(subject(), 10)).toEqual([]);
    });

    it('erases again without harm', async () => {
      await fixture.write(three());
      await fixture.store.eraseSubject(subject(), 2);
      expect(await fixture.store.eraseSubject(subject(), 2)).toBe(0);
    });

    it('leaves every neighbour as it was', async () => {
      const neighbour = randomSubjectId();
      const abroad = randomTenantId();
      const own = await fixture.write([aRecord({ subjectId: neighbour })]);
      await fixture.write([aRecord({ tenantId: abroad }), ...three()]);
      await seen(neighbour);
      await fixture.store.eraseSubject(subject(), 2);
      expect(await seen(neighbour)).toEqual(own);
      expect(await fixture.read(abroad, subjectId)).toHaveLength(1);
      expect(await fixture.store.countSubject(subjectRef(abroad, subjectId), 2)).toBe(1);
    });

    it('keeps what an enrolled subject wrote under a higher epoch', async () => {
      await fixture.write(three());
      const later = await fixture.write([aRecord({ epoch: 2 }), aRecord({ epoch: 3 })]);
      expect(await fixture.store.countSubject(subject(), 2)).toBe(3);
      expect(await fixture.store.eraseSubject(subject(), 2)).toBe(3);
      expect(await seen()).toEqual([...later].sort());
      expect(await fixture.store.countSubject(subject(), 4)).toBe(2);
    });

    it('takes what is written after an erasure', async () => {
      await fixture.write(three());
      await fixture.store.eraseSubject(subject(), 2);
      const again = await fixture.write([aRecord({ epoch: 2 })]);
      expect(await seen()).toEqual(again);
    });

    it('erases what came from a source, below the epoch, and nothing else', async () => {
      const [gone, kept, later] = [aRecord(), aRecord(), aRecord({ epoch: 2 })];
      const ids = await fixture.write([gone, kept, later]);
      const abroad = aRecord({ tenantId: randomTenantId(), sourceId: randomUUID() as SourceId });
      await fixture.write([abroad]);
      const sources = [gone.sourceId, later.sourceId, abroad.sourceId];
      expect(await fixture.store.eraseSources(subject(), sources, 2)).toBe(1);
      expect(await fixture.store.eraseSources(subject(), sources, 2)).toBe(0);
      expect(await fixture.store.eraseSources(subject(), [], 2)).toBe(0);
      expect(await seen()).toEqual(ids.slice(1).sort());
      expect(await fixture.store.countSubject(subjectRef(abroad.tenantId, subjectId), 2)).toBe(1);
    });

    it('gives probes of the subject alone, at most as many as asked', async () => {
      const ids = await fixture.write(three());
      await fixture.write([aRecord({ subjectId: randomSubjectId() })]);
      expect([...(await fixture.store.probeIds(subject(), 10))].sort()).toEqual([...ids].sort());
      expect(await fixture.store.probeIds(subject(), 2)).toHaveLength(2);
      expect(await fixture.store.probeIds(subject(), 0)).toEqual([]);
    });

    it('finds ids whoever they belong to, in their tenant alone', async () => {
      const ids = await fixture.write([aRecord(), aRecord({ subjectId: randomSubjectId() })]);
      expect([...(await fixture.store.findIds(tenantId, [...ids, randomUUID()]))].sort()).toEqual([...ids].sort());
      expect(await fixture.store.findIds(randomTenantId(), ids)).toEqual([]);
      expect(await fixture.store.findIds(tenantId, [])).toEqual([]);
    });

    it('erases more than one slice, and what a search has read before', async () => {
      const many = Array.from({ length: 1_200 }, () => aRecord());
      for (let at = 0; at < many.length; at += 400) await fixture.write(many.slice(at, at + 400));
      await seen();
      expect(await fixture.store.eraseSubject(subject(), 2)).toBe(many.length);
      expect(await seen()).toEqual([]);
    });
  });
}
