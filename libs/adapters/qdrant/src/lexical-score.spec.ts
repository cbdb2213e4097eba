import { describe, expect, it } from '@jest/globals';
import { inverseDocumentFrequency, termScore } from '@mneme/domain';
import { frequenciesOf, heldTermsOf, LexicalScore } from './lexical-score.js';

describe('LexicalScore', () => {
  const memory = { terms: [1, 2, 3], counts: [1, 2, 1], length: 4 };

  it('adds up what the terms of the question add, by their frequency and the length', () => {
    const score = new LexicalScore(
      { documents: 10, length: 80 },
      new Map([
        [2, 3],
        [3, 1],
        [9, 0],
      ]),
    );
    const expected =
      termScore(inverseDocumentFrequency(10, 3), 2, 0.5) + termScore(inverseDocumentFrequency(10, 1), 1, 0.5);
    expect(score.scoreOf(memory)).toBe(expected);
  });

  it('has no score for a memory without any of them', () => {
    const score = new LexicalScore({ documents: 10, length: 80 }, new Map([[9, 0]]));
    expect(score.scoreOf(memory)).toBeUndefined();
  });

  it('stays finite for an empty set, texts without words, and documents that came between two counts', () => {
    for (const [documents, length, withTerm] of [
      [0, 0, 0],
      [3, 0, 3],
      [1, 4, 5],
    ] as const) {
      const score = new LexicalScore({ documents, length }, new Map([[1, withTerm]])).scoreOf(memory);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThan(100);
    }
  });
});

describe('frequenciesOf', () => {
  it('counts the memories that have each term, and those that none has as 0', () => {
    const memories = [
      { terms: [1, 2], counts: [7, 1], length: 8 },
      { terms: [2, 3], counts: [1, 1], length: 2 },
    ];
    expect(frequenciesOf([1, 2, 4], memories)).toEqual(
      new Map([
        [1, 1],
        [2, 2],
        [4, 0],
      ]),
    );
  });
});

describe('heldTermsOf', () => {
  it.each([null, {}, { terms: [1], counts: [1] }, { terms: 1, counts: [1], length: 1 }])('refuses %j', (payload) => {
    expect(() => heldTermsOf(payload)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});
