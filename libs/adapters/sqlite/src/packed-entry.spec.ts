import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packEntry, packTerms, unpackTerms } from './packed-entry.js';

const TERMS = fc
  .uniqueArray(
    fc.record({
      term: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 52),
      count: fc.integer({ min: 1, max: 20_000 }),
    }),
    {
      selector: ({ term }) => term,
      maxLength: 40,
    },
  )
  .map((terms) => terms.sort((a, b) => a.term - b.term));

describe('packed entry', () => {
  it('gives back any terms and counts', () => {
    fc.assert(fc.property(TERMS, (terms) => expect(unpackTerms(packTerms(terms))).toEqual(terms)));
  });

  it('gives terms back from bytes that begin anywhere in memory', () => {
    const terms = [{ term: 2 ** 52 - 1, count: 4_096 }];
    const bytes = packTerms(terms);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(unpackTerms(shifted.subarray(1))).toEqual(terms);
  });

  it('puts the vectors after the terms', () => {
    const vectors = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    const packed = packEntry(packTerms([{ term: 1, count: 1 }]), vectors);
    expect([...new Float32Array(packed.buffer, 8)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [-1, 1],
    [2 ** 52, 1],
    [0.5, 1],
    [1, 0],
    [1, 1.5],
  ])('refuses the term %d with the count %d', (term, count) => {
    expect(() => packTerms([{ term, count }])).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
