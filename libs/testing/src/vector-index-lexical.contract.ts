import { expect, it } from '@jest/globals';
import { inverseDocumentFrequency, termScore } from '@mneme/domain';
import type { VectorIndex } from '@mneme/ports';
import { aReadScope, randomDepartmentId, randomSubjectId, randomTenantId } from './builders.js';
import { anIndexedMemory, anIndexFilter, termOf, termsOf } from './indexed-memory.js';

function someone() {
  const tenantId = randomTenantId();
  const subjectId = randomSubjectId();
  return { memory: { tenantId, subjectId }, scope: aReadScope(tenantId, subjectId) };
}

const LIMIT = { limit: 10 };

export function lexicalSearchContract(index: () => VectorIndex): void {
  it('ranks by BM25 over the readable set', async () => {
    const { memory, scope } = someone();
    const short = anIndexedMemory('kite red kite', { memory });
    const long = anIndexedMemory('a kite in a very blue sky over fields', { memory });
    const other = anIndexedMemory('nothing of that', { memory });
    await index().upsert([other, long, short]);
    const hits = await index().searchLexical(scope, { terms: termsOf('kite red'), ...LIMIT }, anIndexFilter());
    const meanLength = (3 + 9 + 3) / 3;
    const [kite, red] = [inverseDocumentFrequency(3, 2), inverseDocumentFrequency(3, 1)];
    expect(hits.map(({ memoryId, score }) => [memoryId, score])).toEqual([
      [short.memoryId, expect.closeTo(termScore(kite, 2, 3 / meanLength) + termScore(red, 1, 3 / meanLength), 9)],
      [long.memoryId, expect.closeTo(termScore(kite, 1, 9 / meanLength), 9)],
    ]);
  });

  it('counts what the filter, the trust or the time leaves out, and does not return it', async () => {
    const { memory, scope } = someone();
    const kept = anIndexedMemory('kite', { memory });
    await index().upsert([
      kept,
      anIndexedMemory('kite over the hills', { memory: { ...memory, kind: 'summary' } }),
      anIndexedMemory('kite and string', { memory: { ...memory, trust: 0.1 } }),
      anIndexedMemory('kite', { memory: { ...memory, expiresAt: '2026-01-01T00:00:00.000Z' } }),
    ]);
    const query = { terms: termsOf('kite'), ...LIMIT };
    const [whole] = (await index().searchLexical(scope, query, anIndexFilter({ nowMs: 0 }))).filter(
      ({ memoryId }) => memoryId === kept.memoryId,
    );
    const strict = aReadScope(memory.tenantId, memory.subjectId, { minTrust: 0.5 });
    const hits = await index().searchLexical(strict, query, anIndexFilter({ kinds: ['episode'] }));
    expect(hits).toEqual([whole]);
  });

  it('counts neither what another model nor what another department has', async () => {
    const { memory, scope } = someone();
    const kept = anIndexedMemory('kite', { memory });
    await index().upsert([kept, anIndexedMemory('wind', { memory })]);
    const query = { terms: termsOf('kite'), ...LIMIT };
    const before = await index().searchLexical(scope, query, anIndexFilter());
    await index().upsert([
      anIndexedMemory('kite kite', { memory, model: 'another-of-4' }),
      anIndexedMemory('kite kite', { memory: { ...memory, departmentId: randomDepartmentId() } }),
    ]);
    expect(await index().searchLexical(scope, query, anIndexFilter())).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('finds only memories with one of the terms, and none for no term', async () => {
    const { memory, scope } = someone();
    await index().upsert([anIndexedMemory('kite', { memory })]);
    const search = (words: readonly number[]) =>
      index().searchLexical(scope, { terms: words, ...LIMIT }, anIndexFilter());
    expect(await search([])).toEqual([]);
    expect(await search(termsOf('owl'))).toEqual([]);
    expect(await search(termsOf('owl kite'))).toHaveLength(1);
  });

  it('tells terms apart that share half of their bits, at both ends of the range', async () => {
    const { memory, scope } = someone();
    const terms = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 51, 2 ** 52 - 1];
    const memories = terms.map((term) => anIndexedMemory('a', { memory, terms: [{ term, count: 1 }] }));
    await index().upsert(memories);
    for (const [at, term] of terms.entries()) {
      const hits = await index().searchLexical(scope, { terms: [term], ...LIMIT }, anIndexFilter());
      expect(hits.map(({ memoryId }) => memoryId)).toEqual([memories[at]?.memoryId]);
    }
  });

  it('takes a term that occurs many thousand times as one term', async () => {
    const { memory, scope } = someone();
    const count = 20_000;
    const term = termOf('kite');
    await index().upsert([
      anIndexedMemory('a', { memory, terms: [{ term, count }] }),
      anIndexedMemory('a', { memory, terms: [{ term: termOf('owl'), count: 1 }] }),
    ]);
    const [hit] = await index().searchLexical(scope, { terms: [term], ...LIMIT }, anIndexFilter());
    const lengthRatio = count / ((count + 1) / 2);
    expect(hit?.score).toBeCloseTo(termScore(inverseDocumentFrequency(2, 1), count, lengthRatio), 9);
  });

  it('finds a term among more than a thousand of a long question', async () => {
    const { memory, scope } = someone();
    await index().upsert([anIndexedMemory('kite', { memory })]);
    const terms = termsOf(['kite', ...Array.from({ length: 1_500 }, (_, at) => `w${at}`)].join(' '));
    expect(await index().searchLexical(scope, { terms, ...LIMIT }, anIndexFilter())).toHaveLength(1);
  });

  it('breaks ties by the later recorded, gives the best `limit` and refuses more than 1,000', async () => {
    const { memory, scope } = someone();
    const memories = [1_000, 3_000, 2_000].map((recordedAt) =>
      anIndexedMemory('kite', { memory: { ...memory, recordedAt } }),
    );
    await index().upsert(memories);
    const search = (limit: number) => index().searchLexical(scope, { terms: termsOf('kite'), limit }, anIndexFilter());
    expect((await search(2)).map(({ recordedAt }) => recordedAt)).toEqual([3_000, 2_000]);
    await expect(search(1_001)).rejects.toMatchObject({ code: 'limit-exceeded' });
  });
}
