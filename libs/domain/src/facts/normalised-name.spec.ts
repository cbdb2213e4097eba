import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalisedName } from './normalised-name.js';

describe('normalisedName', () => {
  it.each([
    ['The  Atlas Project', 'atlas project'],
    ['my sister', 'sister'],
    ['the user’s', 'user'],
    ["James'", 'james'],
    ['“Kestrel”.', 'kestrel'],
    ['ＡＣＭＥ', 'acme'],
    ['Bogota\u0301', 'bogotá'],
    ['The The', 'the'],
    ['A', 'a'],
    ['', ''],
  ])('folds %j', (name, expected) => {
    expect(normalisedName(name)).toBe(expected);
  });

  it('is bounded, and folding again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (name) => {
        const once = normalisedName(name);
        expect(once.length).toBeLessThanOrEqual(256);
        expect(normalisedName(once)).toBe(once);
      }),
    );
  });
});
