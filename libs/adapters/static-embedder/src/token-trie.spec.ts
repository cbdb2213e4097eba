import { describe, expect, it } from '@jest/globals';
import { buildTokenTrie } from './token-trie.js';

const PIECES = ['[UNK]', 'a', 'ab', '##ab', '##b', '#', 'é', '##'];
const trie = buildTokenTrie(PIECES);

function rowOf(start: number, letters: string): number {
  let node = start;
  for (const letter of letters) node = trie.step(node, trie.symbol(letter.charCodeAt(0)));
  return node === 0 ? -1 : trie.row(node);
}

describe('buildTokenTrie', () => {
  it('finds every piece at its row', () => {
    expect(['[UNK]', 'a', 'ab', '#', 'é', '##'].map((piece) => rowOf(trie.wordStart, piece))).toEqual([
      0, 1, 2, 5, 6, 7,
    ]);
    expect(['ab', 'b'].map((piece) => rowOf(trie.wordInside, piece))).toEqual([3, 4]);
  });

  it('tells a piece inside a word from one at its start', () => {
    expect(rowOf(trie.wordInside, 'a')).toBe(-1);
    expect(rowOf(trie.wordStart, 'b')).toBe(-1);
  });

  it('leads nowhere for letters that the vocabulary lacks', () => {
    expect(trie.symbol('z'.charCodeAt(0))).toBe(0);
    expect(trie.symbol(0x1f389)).toBe(0);
    expect(trie.step(trie.wordStart, 0)).toBe(0);
  });

  it('refuses a vocabulary of more letters than its keys can number', () => {
    expect(() => buildTokenTrie(['a'.repeat(1 << 19)])).toThrow(RangeError);
    expect(() => buildTokenTrie([String.fromCharCode(...Array.from({ length: 5_000 }, (_, i) => i + 1))])).toThrow(
      RangeError,
    );
  });
});
