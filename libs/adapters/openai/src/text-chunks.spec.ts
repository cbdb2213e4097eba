import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunksOf, tokensOf } from './text-chunks.js';

const bare = (text: string) => text.replace(/[\s\p{Surrogate}]/gu, '');

describe('tokensOf', () => {
  it.each([
    ['', 0],
    [' \n\t', 0],
    ['harbour', 1],
    ['internationalisation', 3],
    ['2026', 2],
    ['a, b', 3],
    ['привет', 2],
    ['漢字', 2],
    ['🎉', 1],
  ])('counts "%s" as %i', (text, tokens) => {
    expect(tokensOf(text)).toBe(tokens);
  });

  it('reads 64 KiB without a space in linear time', () => {
    expect(tokensOf('a'.repeat(65_536))).toBe(8_192);
  });
});

describe('chunksOf', () => {
  it('loses nothing but spaces, and no chunk has more tokens than allowed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 20 }), (text, tokensMax) => {
        const { chunks, tokens } = chunksOf(text, tokensMax);
        expect(bare(chunks.join(''))).toBe(bare(text));
        expect(chunks).toHaveLength(Math.ceil(tokens / tokensMax));
        for (const chunk of chunks) expect(tokensOf(chunk)).toBeLessThanOrEqual(tokensMax);
      }),
    );
  });

  it('makes chunks of nearly the same length', () => {
    const { chunks } = chunksOf(Array.from({ length: 257 }, () => 'harbour').join(' '), 256);
    expect(chunks.map(tokensOf)).toEqual([129, 128]);
  });

  it('bounds the bytes of a chunk whatever stands between its words', () => {
    const { chunks } = chunksOf(`harbour${' '.repeat(60_000)}fog`, 256);
    expect(chunks).toEqual(['harbour fog']);
  });

  it('takes half a surrogate pair as a space', () => {
    expect(chunksOf('ca\ud83dt', 8).chunks).toEqual(['ca t']);
  });
});
