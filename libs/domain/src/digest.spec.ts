import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, StateDigest } from './digest.js';
import { Corrupt } from './errors.js';

const record = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
  noNullPrototype: true,
});
const records = fc.array(record, { maxLength: 12 });

describe('canonicalJson', () => {
  it('sorts the keys and drops what is undefined', () => {
    expect(canonicalJson({ b: [2, { d: null, c: 'x' }], a: 1.5, absent: undefined })).toBe(
      '{"a":1.5,"b":[2,{"c":"x","d":null}]}',
    );
  });

  it('does not depend on the order of insertion', () => {
    fc.assert(
      fc.property(record, (value) => {
        expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonicalJson(value));
      }),
    );
  });

  it('reads back as what it was made of', () => {
    fc.assert(
      fc.property(record, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([[undefined], [() => 1], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(Corrupt);
  });
});

describe('StateDigest', () => {
  it('is zero when there is nothing', () => {
    expect(new StateDigest().hex).toBe('0'.repeat(64));
    expect(new StateDigest().count).toBe(0);
  });

  it('gives the sum that another implementation gives', () => {
    expect(digestOf([{ b: 'x', a: 1 }, { a: 2 }])).toBe(
      '6b7a438355bcbdf0a952269a9dac83d1b80a4c4882808cec4e883871434209a3',
    );
  });

  it('does not see the order', () => {
    const shuffled = records.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, otherwise]) => {
        expect(digestOf(otherwise)).toBe(digestOf(all));
      }),
    );
  });

  it('sees a record more, less, twice or altered', () => {
    const withOne = records.chain((all) => fc.tuple(fc.constant(all), record));
    fc.assert(
      fc.property(withOne, ([all, one]) => {
        const whole = digestOf([...all, one]);
        expect(digestOf(all)).not.toBe(whole);
        expect(digestOf([...all, one, one])).not.toBe(whole);
        expect(digestOf([...all, { ...one, altered: 'x' }])).not.toBe(whole);
      }),
    );
  });

  it('counts its records', () => {
    const digest = new StateDigest();
    for (let i = 0; i < 3; i += 1) digest.add({ same: true });
    expect(digest.count).toBe(3);
    expect(digest.hex).toMatch(/^[0-9a-f]{64}$/);
  });
});

function digestOf(all: readonly object[]): string {
  const digest = new StateDigest();
  for (const one of all) digest.add(one);
  return digest.hex;
}
