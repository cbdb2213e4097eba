import { describe, expect, it } from '@jest/globals';
import { summarySentencesOf } from './summary-sentences.js';

const turns = [
  'Hi there! I moved to Lisbon in March 2024.',
  'Great, thanks.',
  'My sister Mia works at Halde GmbH. I moved to Lisbon in March 2024.',
].map((content) => ({ content }));

describe('sentences of a summary', () => {
  it('are copied, in the order in which they were said, none twice', () => {
    expect(summarySentencesOf(turns, 5)).toEqual([
      { text: 'I moved to Lisbon in March 2024.', turn: 0 },
      { text: 'My sister Mia works at Halde GmbH.', turn: 2 },
    ]);
    expect(summarySentencesOf(turns, 1)).toHaveLength(1);
    expect(summarySentencesOf([], 5)).toEqual([]);
  });
});
