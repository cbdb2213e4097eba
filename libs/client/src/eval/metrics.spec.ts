import { describe, expect, it } from '@jest/globals';
import { type Judged, metricRows, ndcgAt, recallAt, reciprocalRank } from './metrics.js';

const judged = (ranked: string, evidence: string, category = 1): Judged => ({
  category,
  ranked: [...ranked],
  evidence: [...evidence],
});

describe('recallAt', () => {
  it('is the share of the evidence among the first k', () => {
    expect(recallAt(5, judged('abcdefg', 'bfz'))).toBeCloseTo(1 / 3);
    expect(recallAt(10, judged('abcdefg', 'bfz'))).toBeCloseTo(2 / 3);
    expect(recallAt(5, judged('', 'a'))).toBe(0);
    expect(recallAt(1, judged('a', 'a'))).toBe(1);
  });
});

describe('reciprocalRank', () => {
  it('looks at the first answering turn alone', () => {
    expect(reciprocalRank(judged('xyab', 'ab'))).toBeCloseTo(1 / 3);
    expect(reciprocalRank(judged('xyz', 'ab'))).toBe(0);
  });
});

describe('ndcgAt', () => {
  it('discounts by rank and divides by the best order', () => {
    // Found at ranks 2 and 4 of three: (1/log2 3 + 1/log2 5) / (1 + 1/log2 3 + 1/log2 4).
    const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
    expect(ndcgAt(10, judged('xaybz', 'abc'))).toBeCloseTo(gain / (1 + 1 / Math.log2(3) + 0.5), 12);
    expect(ndcgAt(10, judged('ab', 'ba'))).toBe(1);
    expect(ndcgAt(2, judged('xya', 'a'))).toBe(0);
  });

  it('can be 1 with more evidence than places', () => {
    expect(ndcgAt(2, judged('ab', 'abcd'))).toBe(1);
  });
});

describe('metricRows', () => {
  it('gives the headline without category 5, then each category', () => {
    const rows = metricRows([judged('a', 'a', 1), judged('x', 'a', 4), judged('a', 'a', 5), judged('a', 'ab', 4)]);
    expect(rows.map(({ category, questions, recallAt5 }) => [category, questions, recallAt5])).toEqual([
      ['1,4', 3, 0.5],
      ['1', 1, 1],
      ['4', 2, 0.25],
      ['5', 1, 1],
    ]);
  });

  it('names a run of categories by its ends', () => {
    expect(metricRows([1, 2, 3, 4].map((category) => judged('a', 'a', category)))[0]?.category).toBe('1-4');
    expect(metricRows([judged('a', 'a', 2)])[0]?.category).toBe('2 (all)');
    expect(metricRows([])).toEqual([expect.objectContaining({ category: 'all', questions: 0, mrr: 0 })]);
  });
});
