import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildTokenTrie, type TokenTrie } from './token-trie.js';
import { WordPieces } from './word-pieces.js';

interface Golden {
  readonly text: string;
  readonly rows: readonly number[];
}

const read = (path: string) =>
  readFileSync(new URL(path, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
const pieces = read('../data/vocabulary.txt');
const golden = read('../golden/tokens.jsonl').map((line) => JSON.parse(line) as Golden);
const trie = buildTokenTrie(pieces);
const unknownRow = pieces.indexOf('[UNK]');
const TEXT_CHARACTERS = 65_536;
const PIECE_LETTERS_MAX = 18;

function rowsOf(text: string, of: TokenTrie = trie): number[] {
  const rows: number[] = [];
  new WordPieces(of, unknownRow).forEach(text, (row) => rows.push(row));
  return rows;
}

/** How many steps through the vocabulary a text costs. */
function stepsOf(text: string): number {
  let steps = 0;
  const counting: TokenTrie = {
    wordStart: trie.wordStart,
    wordInside: trie.wordInside,
    symbol: (codePoint) => trie.symbol(codePoint),
    row: (node) => trie.row(node),
    step: (node, symbol) => {
      steps += 1;
      return trie.step(node, symbol);
    },
  };
  rowsOf(text, counting);
  return steps;
}

describe('WordPieces', () => {
  it.each(golden.map(({ text, rows }) => [JSON.stringify(text).slice(0, 60), text, rows] as const))(
    'splits %s as the source model does',
    (_, text, rows) => {
      expect(rowsOf(text)).toEqual(rows);
    },
  );

  it('reads special tokens in a text as text', () => {
    const rows = rowsOf('[CLS] [UNK] [PAD]');
    expect(rows.filter((row) => row === pieces.indexOf('['))).toHaveLength(3);
    expect(rows).not.toContain(unknownRow);
    expect(rows).not.toContain(pieces.indexOf('[PAD]'));
  });

  it('ignores half a surrogate pair', () => {
    expect(rowsOf('ca\ud83dt')).toEqual(rowsOf('cat'));
    expect(rowsOf('cat\udc00')).toEqual(rowsOf('cat'));
  });

  it('starts every text anew', () => {
    const wordPieces = new WordPieces(trie, unknownRow);
    const rows: number[] = [];
    for (const text of ['un', 'known']) wordPieces.forEach(text, (row) => rows.push(row));
    expect(rows).toEqual([...rowsOf('un'), ...rowsOf('known')]);
  });

  it('takes no step for a word that is too long to be known', () => {
    expect(stepsOf('a'.repeat(TEXT_CHARACTERS))).toBe(0);
    expect(rowsOf('a'.repeat(TEXT_CHARACTERS))).toEqual([unknownRow]);
  });

  it.each([
    ['words of 99 letters', ('a'.repeat(99) + ' ').repeat(TEXT_CHARACTERS / 100)],
    [
      'words that fail at their last letter',
      ('antidisestablishmentarianism'.repeat(3) + '🎉 ').repeat(TEXT_CHARACTERS / 87),
    ],
    ['ideographs without a space', '漢'.repeat(TEXT_CHARACTERS)],
    ['punctuation without a space', '.'.repeat(TEXT_CHARACTERS)],
    ['one letter under a pile of accents', 'a' + '\u0301\u0316'.repeat(TEXT_CHARACTERS / 2)],
  ])('takes a bounded number of steps for 64 KiB of %s', (_, text) => {
    expect(stepsOf(text)).toBeLessThanOrEqual(text.length * (PIECE_LETTERS_MAX + 1));
  });
});
