import { describe, expect, it } from '@jest/globals';
import type { SummariseRequest } from '@mneme/ports';
import { aModelSubject } from '@mneme/testing';
import { checkedSummary } from './summarise-task.js';

const request = (style: SummariseRequest['style'], sentencesMax = 10): SummariseRequest => ({
  subject: aModelSubject(),
  turns: [
    { role: 'user', content: 'I live in Lisbon since March.' },
    { role: 'user', content: 'We ship 20 crates on Friday.' },
  ],
  style,
  sentencesMax,
});
const said = (text: string, ...turns: readonly unknown[]) => ({ text, turns });

describe('the sentences of a summary', () => {
  it('name the turns that they stand on, once and in order', () => {
    const sentences = [said('Ana, in Lisbon since March, ships 20 crates.', 1, 0, 1)];
    expect(checkedSummary({ sentences }, request('abstractive'))?.value.sentences).toEqual([
      { text: 'Ana, in Lisbon since March, ships 20 crates.', contributors: [0, 1] },
    ]);
  });

  it.each([
    ['a number of its own', said('Ana has 2 cats.', 0)],
    ['part of a number', said('They ship 2 crates.', 1)],
    ['a number from a turn that it does not name', said('Ana lives with 20 crates.', 0)],
    ['a day of its own', said('Ana moved on Monday.', 0)],
    ['a month of its own', said('Ana moved in May.', 0)],
    ['a year', said('Ana moved in March 2026.', 0)],
    ['a turn that is not there', said('Ana moved.', 2)],
    ['a turn before the first', said('Ana moved.', -1)],
    ['no turn', said('Ana moved.')],
    ['no text', said(' ', 0)],
    ['more text than a sentence has', said('x'.repeat(1_001), 0)],
    ['another form', 'Ana moved.'],
  ])('are refused with %s', (_, sentence) => {
    const sentences = [said('Ana lives in Lisbon.', 0), sentence];
    const checked = checkedSummary({ sentences }, request('abstractive'));
    expect(checked).toMatchObject({ itemsRefused: 1, value: { sentences: [{ text: 'Ana lives in Lisbon.' }] } });
  });

  it('are copied word for word when they have to be', () => {
    const sentences = [said('Ana lives in Lisbon.', 0), said('We ship 20 crates', 0), said('We  ship 20 crates', 1)];
    const checked = checkedSummary({ sentences }, request('extractive'));
    expect(checked).toMatchObject({ itemsRefused: 2, value: { sentences: [{ contributors: [1] }] } });
  });

  it('are no more than asked for', () => {
    const sentences = new Array(5).fill(said('Ana lives in Lisbon.', 0));
    expect(checkedSummary({ sentences }, request('abstractive', 2))).toMatchObject({ itemsRefused: 3 });
  });

  it.each([[[]], ['text'], [{ sentences: 'none' }], [{ sentences: [] }], [{ sentences: [said('Ana has 2.', 0)] }]])(
    'are no summary when nothing is left of %j',
    (json) => {
      expect(checkedSummary(json, request('abstractive'))).toBeUndefined();
    },
  );
});
