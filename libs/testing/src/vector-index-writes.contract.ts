import { expect, it } from '@jest/globals';
import type { IndexedMemory, IndexHit, VectorIndex } from '@mneme/ports';
import { aReadScope, randomSubjectId, randomTenantId, userAudience } from './builders.js';
import { anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';

const EAST = unitVector(1, 0, 0, 0);
const NORTH = unitVector(0, 1, 0, 0);

export function indexWritesContract(index: () => VectorIndex): void {
  const found = (memory: IndexedMemory): Promise<readonly IndexHit[]> => {
    const scope = aReadScope(memory.tenantId, memory.subjectId);
    return index().searchDense(scope, { vector: EAST, limit: 10 }, anIndexFilter());
  };

  it('finds what was written before, with all that ranking needs', async () => {
    const memory = anIndexedMemory('red kite', { memory: { agentId: undefined } });
    await index().upsert([memory]);
    const [hit, ...rest] = await found(memory);
    expect(rest).toEqual([]);
    const { memoryId, version, subjectId, epoch, tenantId, audience, sessionKey, kind } = memory;
    const { occurredAtMs, recordedAt, confidence, speakerTerms } = memory;
    const fields = { memoryId, version, subjectId, epoch, tenantId, audience, sessionKey, kind };
    expect(hit).toEqual({ ...fields, occurredAtMs, recordedAt, confidence, speakerTerms, score: expect.closeTo(1, 5) });
  });

  it('takes the same twice as once', async () => {
    const memory = anIndexedMemory('red kite');
    await index().upsert([memory, memory]);
    await index().upsert([memory]);
    expect(await found(memory)).toHaveLength(1);
  });

  it('reads the highest version, in whatever order they came', async () => {
    const old = anIndexedMemory('red kite');
    const next = { ...old, version: old.version + 1, confidence: 0.5, vectors: [NORTH] };
    for (const versions of [[old, next], [next, old], [old], [next]]) {
      await index().upsert(versions);
    }
    expect(await found(old)).toMatchObject([{ version: next.version, confidence: 0.5, score: expect.closeTo(0, 5) }]);
  });

  it('replaces a version that is published again with other bytes', async () => {
    const memory = anIndexedMemory('red kite');
    await index().upsert([memory]);
    await index().upsert([{ ...memory, confidence: 0.25 }]);
    expect(await found(memory)).toMatchObject([{ confidence: 0.25 }]);
  });

  it('moves a memory whose audience was narrowed', async () => {
    const [tenantId, subjectId, other] = [randomTenantId(), randomSubjectId(), randomSubjectId()];
    const memory = anIndexedMemory('red kite', { memory: { tenantId, subjectId, audience: userAudience(other) } });
    await index().upsert([memory]);
    const search = (user: typeof subjectId) =>
      index().searchDense(aReadScope(tenantId, user), { vector: EAST, limit: 10 }, anIndexFilter());
    expect(await search(other)).toHaveLength(1);
    await index().upsert([{ ...memory, version: memory.version + 1, audience: userAudience(subjectId) }]);
    expect([await search(other), await search(subjectId)]).toMatchObject([[], [{ memoryId: memory.memoryId }]]);
  });

  it('removes versions up to the one named, again and again', async () => {
    const memory = anIndexedMemory('red kite');
    await index().upsert([memory]);
    await index().remove([{ memoryId: memory.memoryId, version: memory.version - 1 }]);
    expect(await found(memory)).toHaveLength(1);
    for (let time = 0; time < 2; time++) {
      await index().remove([{ memoryId: memory.memoryId, version: memory.version + 1 }]);
      expect(await found(memory)).toEqual([]);
    }
  });

  it('takes nothing at all', async () => {
    await index().upsert([]);
    await index().remove([]);
  });

  it('refuses a memory without vectors, and vectors of another length than the model has', async () => {
    const wrong = [[], [unitVector(1, 0)], [EAST, unitVector(1, 0, 0, 0, 0)]];
    for (const vectors of wrong) {
      const memory = anIndexedMemory('red kite', { vectors });
      await expect(index().upsert([memory])).rejects.toMatchObject({ code: 'invalid-input' });
      expect(await found(memory)).toEqual([]);
    }
  });

  it('answers each search from one moment, whatever is written meanwhile', async () => {
    const [tenantId, subjectId] = [randomTenantId(), randomSubjectId()];
    const memories = Array.from({ length: 40 }, () => anIndexedMemory('red kite', { memory: { tenantId, subjectId } }));
    await index().upsert(memories);
    const scope = aReadScope(tenantId, subjectId);
    const searches: Promise<readonly IndexHit[]>[] = [];
    for (let round = 1; round <= 20; round++) {
      searches.push(index().searchDense(scope, { vector: EAST, limit: 100 }, anIndexFilter()));
      searches.push(index().searchLexical(scope, { terms: termsOf('red'), limit: 100 }, anIndexFilter()));
      await index().upsert(memories.map((memory) => ({ ...memory, version: memory.version + round })));
    }
    for (const hits of await Promise.all(searches)) {
      expect(hits).toHaveLength(memories.length);
      expect(new Set(hits.map(({ memoryId }) => memoryId)).size).toBe(memories.length);
    }
  });
}
