import { describe, expect, it } from '@jest/globals';
import { anIndexedMemory, randomMemoryId, randomTenantId, unitVector } from '@mneme/testing';
import fc from 'fast-check';
import { DENSE, LEXICAL } from './collection-schema.js';
import {
  exactOf,
  indexEntryOf,
  pointIdOf,
  pointOf,
  type SparseVector,
  sparseIndexOf,
  sparseOf,
} from './point-payload.js';

const TERM = fc.oneof(
  fc.nat(3),
  fc.constant(2 ** 52 - 1),
  fc.maxSafeNat().map((n) => n % 2 ** 52),
);
const TERMS = fc
  .uniqueArray(fc.record({ term: TERM, count: fc.integer({ min: 1, max: 9_000 }) }), { selector: ({ term }) => term })
  .map((terms) => terms.sort((a, b) => a.term - b.term));
const NUMBERS = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 });

/** What Qdrant keeps of a list of numbers: 32 bits of each. */
function kept(numbers: readonly number[] | undefined): number[] {
  return (JSON.parse(JSON.stringify(numbers)) as number[]).map(Math.fround);
}

function keptSparse(sparse: SparseVector | undefined): SparseVector | undefined {
  return sparse === undefined
    ? undefined
    : { indices: [...sparse.indices].reverse(), values: kept(sparse.values).reverse() };
}

describe('a point', () => {
  it('is read back as the entry that it was made of, whatever the terms and flags', () => {
    const given = fc.record({
      terms: TERMS,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      flags: fc.array(fc.constantFrom('decision', 'error')),
      expiresAt: fc.option(fc.constant('2027-01-01T00:00:00.000Z'), { nil: undefined }),
      departmentId: fc.option(fc.constant('sales' as never), { nil: undefined }),
    });
    fc.assert(
      fc.property(given, ({ terms, ...optional }) => {
        const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
        const memory = anIndexedMemory('red kite', { memory: present, terms });
        const { vectors: _, ...entry } = memory;
        const { payload, vector } = pointOf(memory);
        const sparse = keptSparse(vector[LEXICAL] as SparseVector | undefined);
        expect(indexEntryOf(JSON.parse(JSON.stringify(payload)), sparse, memory)).toEqual(entry);
      }),
    );
  });

  it('is not read when it is found by other terms than it says, or says other than it was written with', () => {
    const memory = anIndexedMemory('red kite');
    const { payload, vector } = pointOf(memory);
    const sparse = vector[LEXICAL] as SparseVector;
    const { inputHash: _, ...without } = payload;
    const cases: readonly (readonly [unknown, SparseVector | undefined])[] = [
      [payload, undefined],
      [payload, { ...sparse, values: sparse.values.map((value) => value + 0.5) }],
      [{ ...payload, terms: payload.terms.slice(1) }, sparse],
      [{ ...payload, length: payload.length + 1 }, sparse],
      [{ ...payload, confidence: 0.1 }, sparse],
      [{ ...payload, place: '["another","o"]' }, sparse],
      [{ ...payload, place: 'o' }, sparse],
      [{ ...payload, text: 'a field too many' }, sparse],
      [without, sparse],
      [null, sparse],
    ];
    expect(indexEntryOf(payload, sparse, memory)).toBeDefined();
    for (const [held, found] of cases) expect(() => indexEntryOf(held, found, memory)).toThrow(/index entry/);
  });

  it('has vectors that Qdrant takes for vectors, and keeps to the last bit', () => {
    fc.assert(
      fc.property(NUMBERS, NUMBERS, (first, second) => {
        const vectors = [Float32Array.from(first), Float32Array.from(second)];
        const chunks = pointOf(anIndexedMemory('red', { vectors })).vector[DENSE] as number[][];
        expect(chunks[0]?.every(Number.isInteger)).toBe(false);
        expect(chunks.map((chunk) => Float32Array.from(kept(chunk)))).toEqual(vectors);
      }),
    );
  });

  it('tells the same memory with other bytes from what it was', () => {
    const memory = anIndexedMemory('red kite');
    const stampOf = (given: object) => pointOf({ ...memory, ...given }).payload.stamp;
    expect(stampOf({})).toBe(stampOf({}));
    const others = [{ confidence: 0.1 }, { version: memory.version + 1 }, { vectors: [unitVector(0, 1, 0, 0)] }];
    expect(new Set([{}, ...others].map(stampOf)).size).toBe(4);
  });

  it('has another id in another tenant', () => {
    const [memoryId, one, other] = [randomMemoryId(), randomTenantId(), randomTenantId()];
    expect(pointIdOf(one, memoryId)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(pointIdOf(one, memoryId)).toBe(pointIdOf(one, memoryId));
    expect(pointIdOf(one, memoryId)).not.toBe(pointIdOf(other, memoryId));
  });

  it.each([
    [[{ term: 2 ** 52, count: 1 }]],
    [[{ term: -1, count: 1 }]],
    [[{ term: 1.5, count: 1 }]],
    [[{ term: 1, count: 0 }]],
  ])('refuses terms that are none: %j', (terms) => {
    expect(() => pointOf(anIndexedMemory('red', { terms }))).toThrow(
      expect.objectContaining({ code: 'invalid-input', detail: { field: 'terms' } }),
    );
  });
});

describe('sparse vectors', () => {
  it('have each index once, within 32 bits, with the sum of the terms that share it', () => {
    fc.assert(
      fc.property(TERMS, (terms) => {
        const { indices, values } = sparseOf(terms);
        expect(new Set(indices).size).toBe(indices.length);
        expect(new Set(terms.map(({ term }) => sparseIndexOf(term)))).toEqual(new Set(indices));
        expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index < 2 ** 32)).toBe(true);
        expect(values.every((value) => value > 0)).toBe(true);
      }),
    );
  });
});

describe('exactOf', () => {
  it('gives what the text says, as long as it is what Qdrant made of it', () => {
    expect(exactOf('0.9538461538461539', 0.953846153846154)).toBe(0.9538461538461539);
    expect(() => exactOf('0.95', 0.951)).toThrow(/is not the one that it is found by/);
    expect(() => exactOf('none', NaN)).toThrow(/is not the one that it is found by/);
  });
});
