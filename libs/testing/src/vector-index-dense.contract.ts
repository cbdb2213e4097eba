import { expect, it } from '@jest/globals';
import type { MemoryId } from '@mneme/events';
import type { VectorIndex } from '@mneme/ports';
import { aReadScope, randomMemoryId, randomSubjectId, randomTenantId } from './builders.js';
import { A_MODEL, anIndexedMemory, anIndexFilter, unitVector } from './indexed-memory.js';
import type { VectorIndexTraits } from './vector-index.contract.js';

const EAST = unitVector(1, 0, 0, 0);

function someone() {
  const tenantId = randomTenantId();
  const subjectId = randomSubjectId();
  return { memory: { tenantId, subjectId }, scope: aReadScope(tenantId, subjectId) };
}

export function denseSearchContract(index: () => VectorIndex, traits: VectorIndexTraits): void {
  it('ranks by the cosine of the best chunk, descending', async () => {
    const { memory, scope } = someone();
    const near = anIndexedMemory('near', { memory, vectors: [unitVector(0, 0, 1, 0), unitVector(3, 4, 0, 0)] });
    const far = anIndexedMemory('far', { memory, vectors: [unitVector(4, 3, 0, 0)] });
    const against = anIndexedMemory('against', { memory, vectors: [unitVector(-1, 0, 0, 0)] });
    await index().upsert([against, far, near]);
    const hits = await index().searchDense(scope, { vector: unitVector(0, 1, 0, 0), limit: 10 }, anIndexFilter());
    expect(hits.map(({ memoryId }) => memoryId)).toEqual([near, far, against].map(({ memoryId }) => memoryId));
    expect(hits.map(({ score }) => score)).toEqual([0.8, 0.6, 0].map((score) => expect.closeTo(score, 5)));
  });

  it('breaks ties by the later recorded, then by id', async () => {
    const { memory, scope } = someone();
    const ids = [randomMemoryId(), randomMemoryId(), randomMemoryId()].sort() as [MemoryId, MemoryId, MemoryId];
    const older = anIndexedMemory('a', { memory: { ...memory, memoryId: ids[0], recordedAt: 1_000 } });
    const first = anIndexedMemory('a', { memory: { ...memory, memoryId: ids[1], recordedAt: 2_000 } });
    const second = anIndexedMemory('a', { memory: { ...memory, memoryId: ids[2], recordedAt: 2_000 } });
    await index().upsert([second, older, first]);
    for (const limit of [3, 2, 1]) {
      const hits = await index().searchDense(scope, { vector: EAST, limit }, anIndexFilter());
      expect(hits.map(({ memoryId }) => memoryId)).toEqual([ids[1], ids[2], ids[0]].slice(0, limit));
    }
  });

  it('gives the best `limit` of many', async () => {
    const { memory, scope } = someone();
    const vectors = Array.from({ length: 600 }, () =>
      unitVector(...Array.from({ length: 4 }, () => Math.random() - 0.5)),
    );
    await index().upsert(vectors.map((vector) => anIndexedMemory('a', { memory, vectors: [vector] })));
    const hits = await index().searchDense(scope, { vector: EAST, limit: 50 }, anIndexFilter());
    const best = vectors.map((vector) => vector[0] as number).sort((a, b) => b - a);
    const expected = best.slice(0, 50);
    const agreed = hits.filter(({ score }, at) => Math.abs(score - (expected[at] as number)) < 1e-5).length;
    expect(hits).toHaveLength(50);
    expect(agreed).toBeGreaterThanOrEqual(traits.ranking === 'exact' ? 50 : 45);
  });

  it('does not find vectors of another model', async () => {
    const { memory, scope } = someone();
    await index().upsert([anIndexedMemory('a', { memory, model: 'another-of-4' })]);
    expect(await index().searchDense(scope, { vector: EAST, limit: 5 }, anIndexFilter())).toEqual([]);
    const other = anIndexFilter({ model: 'another-of-4' });
    expect(await index().searchDense(scope, { vector: EAST, limit: 5 }, other)).toHaveLength(1);
  });

  it('finds nothing for a model that was never written, and for a limit of 0', async () => {
    const { memory, scope } = someone();
    await index().upsert([anIndexedMemory('a', { memory })]);
    const unknown = anIndexFilter({ model: 'never-written' });
    expect(await index().searchDense(scope, { vector: EAST, limit: 5 }, unknown)).toEqual([]);
    expect(await index().searchDense(scope, { vector: EAST, limit: 0 }, anIndexFilter())).toEqual([]);
  });

  it('refuses more than 1,000 hits, and a vector of the wrong length', async () => {
    const { memory, scope } = someone();
    await index().upsert([anIndexedMemory('a', { memory })]);
    const tooMany = index().searchDense(scope, { vector: EAST, limit: 1_001 }, anIndexFilter());
    await expect(tooMany).rejects.toMatchObject({ code: 'limit-exceeded', detail: { sent: '1001' } });
    const tooShort = index().searchDense(scope, { vector: unitVector(1, 0), limit: 5 }, anIndexFilter());
    await expect(tooShort).rejects.toMatchObject({ code: 'invalid-input' });
  });
}

export function cosinesContract(index: () => VectorIndex): void {
  it('gives the cosine of the best chunk, as dense search scores it', async () => {
    const { memory, scope } = someone();
    const one = anIndexedMemory('a', { memory, vectors: [unitVector(0, 1, 0, 0), unitVector(3, 4, 0, 0)] });
    const other = anIndexedMemory('a', { memory, vectors: [unitVector(1, 2, 3, 4)] });
    await index().upsert([one, other]);
    const memoryIds = [one.memoryId, other.memoryId];
    const cosines = await index().cosines(scope, { vector: EAST, memoryIds, model: A_MODEL });
    expect(cosines.get(one.memoryId)).toBeCloseTo(0.6, 5);
    const hits = await index().searchDense(scope, { vector: EAST, limit: 5 }, anIndexFilter());
    expect(new Map(hits.map(({ memoryId, score }) => [memoryId, score]))).toEqual(new Map(cosines));
  });

  it('leaves out what is absent, of another model, not readable, or below the trust of the scope', async () => {
    const { memory, scope } = someone();
    const there = anIndexedMemory('a', { memory });
    const foreign = anIndexedMemory('a', { memory: { tenantId: memory.tenantId } });
    const remodelled = anIndexedMemory('a', { memory, model: 'another-of-4' });
    const doubtful = anIndexedMemory('a', { memory: { ...memory, trust: 0.2 } });
    await index().upsert([there, foreign, remodelled, doubtful]);
    const memoryIds = [there, foreign, remodelled, doubtful].map(({ memoryId }) => memoryId);
    const query = { vector: EAST, memoryIds: [...memoryIds, randomMemoryId()], model: A_MODEL };
    const strict = aReadScope(memory.tenantId, memory.subjectId, { minTrust: 0.5 });
    expect([...(await index().cosines(strict, query)).keys()]).toEqual([there.memoryId]);
    expect((await index().cosines(scope, query)).size).toBe(2);
    expect((await index().cosines(scope, { ...query, memoryIds: [] })).size).toBe(0);
  });
}
