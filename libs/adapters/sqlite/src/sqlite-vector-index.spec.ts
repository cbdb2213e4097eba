import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inverseDocumentFrequency, subjectRef, termScore } from '@mneme/domain';
import type { IndexedMemory, IndexHit } from '@mneme/ports';
import {
  anIndexedMemory,
  anIndexFilter,
  aReadScope,
  ORGANISATION,
  randomMemoryId,
  randomSubjectId,
  randomTenantId,
  termsOf,
  unitVector,
} from '@mneme/testing';
import fc from 'fast-check';
import { type Database, openDatabase } from './database.js';
import { SqliteVectorIndex } from './sqlite-vector-index.js';
import { storeMigrations } from './store-schema.js';

const WORDS = ['red', 'kite', 'over', 'blue', 'hills'];
const NUMBERS = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 7, maxLength: 7 })
  .filter((v) => v.some((n) => n !== 0));
const VECTOR = NUMBERS.map((numbers) => unitVector(...numbers));
const TEXT = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 9 });
const MEMORY = fc.record({
  words: TEXT,
  vectors: fc.array(VECTOR, { minLength: 1, maxLength: 3 }),
  recordedAt: fc.integer({ min: 1, max: 4 }),
});
const model = 'model-of-7';

describe('SQLite vector index', () => {
  let db: Database;
  beforeEach(() => {
    db = openDatabase(':memory:', { migrations: storeMigrations });
  });
  afterEach(() => db.close());

  it('scores and orders as a plain computation does', async () => {
    const index = new SqliteVectorIndex(db);
    const property = fc.asyncProperty(
      fc.array(MEMORY, { minLength: 1, maxLength: 30 }),
      VECTOR,
      fc.integer({ min: 1, max: 12 }),
      async (given, vector, limit) => {
        const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
        const memories = given.map(({ words, vectors, recordedAt }) =>
          anIndexedMemory(words.join(' '), { memory: { ...owner, recordedAt }, vectors, model }),
        );
        await index.upsert(memories);
        const scope = aReadScope(owner.tenantId, owner.subjectId);
        const terms = termsOf('kite hills');
        const dense = await index.searchDense(scope, { vector, limit }, anIndexFilter({ model }));
        const lexical = await index.searchLexical(scope, { terms, limit }, anIndexFilter({ model }));
        expectRanked(
          dense,
          memories.map((memory) => ({ memory, score: cosineOf(memory, vector) })),
          limit,
        );
        expectRanked(
          lexical,
          bm25Of(memories, terms).filter(({ score }) => score > 0),
          limit,
        );
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('answers the same from what it keeps in memory as from the file, after any writes', async () => {
    const write = fc.oneof(
      fc.record({
        kind: fc.constant('upsert' as const),
        memory: MEMORY,
        at: fc.nat(9),
        version: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9), version: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('erase' as const), at: fc.nat(2), version: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('search' as const) }),
    );
    const property = fc.asyncProperty(fc.array(write, { maxLength: 40 }), VECTOR, async (writes, vector) => {
      const warm = new SqliteVectorIndex(db);
      const tenantId = randomTenantId();
      const subjects = [randomSubjectId(), randomSubjectId(), randomSubjectId()];
      const ids = Array.from({ length: 10 }, () => randomMemoryId());
      const scope = aReadScope(tenantId, subjects[0]);
      const answers = async (index: SqliteVectorIndex) => [
        await index.searchDense(scope, { vector, limit: 5 }, anIndexFilter({ model })),
        await index.searchLexical(scope, { terms: termsOf('kite hills'), limit: 5 }, anIndexFilter({ model })),
        [...(await index.cosines(scope, { vector, memoryIds: ids, model }))].sort(),
      ];
      for (const step of writes) {
        if (step.kind === 'search') await answers(warm);
        if (step.kind === 'remove') await warm.remove([{ memoryId: ids[step.at] as never, version: step.version }]);
        if (step.kind === 'erase') {
          await warm.eraseSubject(subjectRef(tenantId, subjects[step.at] as never), step.version);
        }
        if (step.kind === 'upsert') {
          const { words, vectors, recordedAt } = step.memory;
          const subjectId = subjects[step.at % 3] as (typeof subjects)[number];
          const shared = step.version % 2 === 0 ? { audience: ORGANISATION } : {};
          const given = {
            tenantId,
            subjectId,
            memoryId: ids[step.at] as never,
            recordedAt,
            epoch: step.version,
            ...shared,
          };
          const memory = anIndexedMemory(words.join(' '), { memory: given, vectors, model });
          await warm.upsert([{ ...memory, version: step.version }]);
        }
      }
      const warmAnswers = await answers(warm);
      expect(warmAnswers).toEqual(await answers(new SqliteVectorIndex(db)));
      expect(warmAnswers).toEqual(await answers(new SqliteVectorIndex(db, { cacheBytesMax: 1 })));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('does not write again what is there already', async () => {
    const index = new SqliteVectorIndex(db);
    const memory = anIndexedMemory('red kite', { memory: { expiresAt: '2027-01-01T00:00:00.000Z' } });
    await index.upsert([memory]);
    const changes = () => (db.prepare('SELECT total_changes() AS count').get() as { readonly count: number }).count;
    const before = changes();
    await index.upsert([memory]);
    expect(changes()).toBe(before);
  });

  it('takes all memories of a call or none', async () => {
    const index = new SqliteVectorIndex(db);
    const memory = anIndexedMemory('red kite');
    const broken = { ...anIndexedMemory('red kite'), inputHash: undefined as never };
    await expect(index.upsert([memory, broken])).rejects.toThrow();
    const scope = aReadScope(memory.tenantId, memory.subjectId);
    expect(await index.searchLexical(scope, { terms: termsOf('red'), limit: 5 }, anIndexFilter())).toEqual([]);
  });
});

interface Scored {
  readonly memory: IndexedMemory;
  readonly score: number;
}

// Scores that differ in their last bits may change places; everything else is in order.
function expectRanked(hits: readonly IndexHit[], scored: readonly Scored[], limit: number): void {
  const best = [...scored].sort((a, b) => b.score - a.score).slice(0, limit);
  expect(hits.map(({ score }) => score)).toEqual(best.map(({ score }) => expect.closeTo(score, 5)));
  const scores = new Map(scored.map(({ memory, score }) => [memory.memoryId, score]));
  for (const [at, hit] of hits.entries()) {
    expect(hit.score).toBeCloseTo(scores.get(hit.memoryId) as number, 5);
    const next = hits[at + 1];
    if (next?.score !== hit.score) continue;
    expect(
      hit.recordedAt > next.recordedAt || (hit.recordedAt === next.recordedAt && hit.memoryId < next.memoryId),
    ).toBe(true);
  }
}

function cosineOf({ vectors }: IndexedMemory, question: Float32Array): number {
  return Math.max(
    ...vectors.map((vector) => vector.reduce((sum, number, at) => sum + number * (question[at] as number), 0)),
  );
}

function bm25Of(memories: readonly IndexedMemory[], terms: readonly number[]): readonly Scored[] {
  const lengthOf = (memory: IndexedMemory) => memory.terms.reduce((sum, { count }) => sum + count, 0);
  const meanLength = memories.reduce((sum, memory) => sum + lengthOf(memory), 0) / memories.length;
  const countOf = (memory: IndexedMemory, term: number) => memory.terms.find((own) => own.term === term)?.count ?? 0;
  return memories.map((memory) => {
    const scores = terms.map((term) => {
      const withTerm = memories.filter((other) => countOf(other, term) > 0).length;
      const count = countOf(memory, term);
      const frequency = inverseDocumentFrequency(memories.length, withTerm);
      return count === 0 ? 0 : termScore(frequency, count, lengthOf(memory) / meanLength);
    });
    return { memory, score: scores.reduce((sum, score) => sum + score, 0) };
  });
}
