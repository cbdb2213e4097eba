import { describe, expect, it } from '@jest/globals';
import { ALONE, DROP, FOLD, Folding, KEEP, SPACE } from './folding.js';

const folding = new Folding();
const kindOf = (character: string) => folding.kind(character.codePointAt(0) ?? 0);
const foldedOf = (character: string) => String.fromCodePoint(...folding.folded(character.codePointAt(0) ?? 0));

describe('Folding', () => {
  it.each(['a', '7', 'ß', 'я', 'ب', 'か', '🎉', '€'])('keeps %s', (character) => {
    expect(kindOf(character)).toBe(KEEP);
  });

  it.each([
    ['A', 'a'],
    ['é', 'e'],
    ['İ', 'i'],
    ['Σ', 'σ'],
    ['Й', 'и'],
    ['ガ', 'カ'],
    ['\u037e', ';'],
    ['\u3000', ' '],
    ['\t', ' '],
    ['한', '\u1112\u1161\u11ab'],
  ])('folds %s', (character, folded) => {
    expect(kindOf(character)).toBe(FOLD);
    expect(foldedOf(character)).toBe(folded);
  });

  it.each(['.', '$', '^', '`', '—', '「', '¿', '漢', '𠀀'])('isolates %s', (character) => {
    expect(kindOf(character)).toBe(ALONE);
  });

  it.each([0x00, 0x07, 0x0b, 0x85, 0xad, 0x200b, 0x200d, 0x0301, 0xfe0f, 0xfffd, 0xfeff, 0xd800])(
    'drops %i',
    (code) => {
      expect(folding.kind(code)).toBe(DROP);
    },
  );

  it('ends words at a space', () => {
    expect(kindOf(' ')).toBe(SPACE);
  });

  it('gives the same answer the second time', () => {
    expect(kindOf('Å')).toBe(kindOf('Å'));
    expect(foldedOf('Å')).toBe('a');
  });

  it('folds to code points that are not folded again', () => {
    for (let code = 0; code < 0x30000; code += 1) {
      if (folding.kind(code) !== FOLD) continue;
      expect(folding.folded(code).filter((folded) => folding.kind(folded) === FOLD)).toEqual([]);
    }
  });
});
