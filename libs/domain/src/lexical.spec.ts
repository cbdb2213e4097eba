import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BM25_B, BM25_K1, inverseDocumentFrequency, stemCountsOf, termScore } from './lexical.js';

const STEM_CHARS_MAX = 64;
const TURN_TEXT_BYTES_MAX = 65_536;
const stems = (text: string): readonly string[] => [...stemCountsOf(text).keys()];

describe('stemCountsOf', () => {
  it.each([
    ['English, stemmed and folded', 'Hiking hikes HIKED, hike!', ['hike']],
    ['words and numbers', 'Order 66 of item-7b', ['order', '66', 'of', 'item', '7b']],
    ['German with umlauts', 'Grüße aus Köln', ['grüße', 'au', 'köln']],
    ['Russian', 'Привет, МИР', ['привет', 'мир']],
    ['Greek', 'Καλημέρα κόσμε', ['καλημέρα', 'κόσμε']],
    ['Hindi with its vowel signs', 'नमस्ते दुनिया', ['नमस्ते', 'दुनिया']],
    ['Arabic', 'مرحبا بالعالم', ['مرحبا', 'بالعالم']],
    ['Korean, which has spaces', '안녕 세계', ['안녕', '세계']],
    ['Chinese by pairs', '我喜欢登山', ['我喜', '喜欢', '欢登', '登山']],
    ['Japanese with a long vowel', 'ラーメン', ['ラー', 'ーメ', 'メン']],
    ['Thai by pairs', 'สวัสดี', ['สว', 'วั', 'ัส', 'สด', 'ดี']],
    ['one character alone', '茶', ['茶']],
    ['Latin words inside Chinese', '我用Docker部署2次', ['我用', 'docker', '部署', '2', '次']],
    ['full-width forms', 'ＡＢＣ１２３', ['abc123']],
    ['emoji, which are no words', '👍🏽 great 🎉👨‍👩‍👧', ['great']],
    ['nothing', ' \n\t…—!', []],
  ])('splits %s', (_name, text, expected) => {
    expect(stems(text)).toEqual(expected);
  });

  it('counts what occurs more than once, in order of first appearance', () => {
    expect([...stemCountsOf('cats and dogs and cat')]).toEqual([
      ['cat', 2],
      ['and', 2],
      ['dog', 1],
    ]);
  });

  it('does not see how an accent was typed', () => {
    expect(stems('caf\u0065\u0301')).toEqual(stems('caf\u00e9'));
  });

  it('gives the same stems for the same text, all of them bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const counts = stemCountsOf(text);
        expect([...stemCountsOf(text)]).toEqual([...counts]);
        for (const [stem, count] of counts) {
          expect(stem.length).toBeGreaterThan(0);
          expect(stem.length).toBeLessThanOrEqual(STEM_CHARS_MAX);
          expect(count).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('does not care for case', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{0,80}$/), (text) => {
        expect([...stemCountsOf(text.toUpperCase())]).toEqual([...stemCountsOf(text)]);
      }),
    );
  });

  it.each([
    ['one Latin letter', 'a', 1],
    ['one accented letter', 'é', 1],
    ['digits', '7', 1],
    ['one Han character', '山', 1],
  ])('bounds the largest turn without a space, of %s', (_name, character, distinct) => {
    const text = character.repeat(Math.floor(TURN_TEXT_BYTES_MAX / Buffer.byteLength(character)));
    const startedMs = performance.now();
    const counts = stemCountsOf(text);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(counts.size).toBe(distinct);
    for (const stem of counts.keys()) expect(stem.length).toBeLessThanOrEqual(STEM_CHARS_MAX);
  });

  it('bounds the largest turn of distinct Han characters', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(stemCountsOf(text).size).toBe(19_999);
  });
});

describe('BM25', () => {
  it('weighs a rare term more and no term below zero', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (a, b) => {
        const documents = Math.max(a, b);
        const withTerm = Math.min(a, b);
        const idf = inverseDocumentFrequency(documents, withTerm);
        expect(idf).toBeGreaterThanOrEqual(0);
        expect(inverseDocumentFrequency(documents + 1, withTerm)).toBeGreaterThan(idf);
        if (withTerm > 0) expect(inverseDocumentFrequency(documents, withTerm - 1)).toBeGreaterThan(idf);
      }),
    );
  });

  it('grows with the frequency below its bound and shrinks with the length', () => {
    const frequency = fc.integer({ min: 1, max: 1_000 });
    const lengthRatio = fc.double({ min: 0.01, max: 50, noNaN: true });
    fc.assert(
      fc.property(frequency, lengthRatio, (count, ratio) => {
        const score = termScore(2, count, ratio);
        expect(score).toBeLessThan(2 * (BM25_K1 + 1));
        expect(termScore(2, count + 1, ratio)).toBeGreaterThan(score);
        expect(termScore(2, count, ratio + 1)).toBeLessThan(score);
      }),
    );
  });

  it('gives the idf for one occurrence in a document of mean length', () => {
    expect(BM25_B).toBeLessThan(1);
    expect(termScore(1.5, 1, 1)).toBeCloseTo(1.5, 12);
  });
});
