import { describe, expect, it } from '@jest/globals';
import type { Role } from '@mneme/events';
import fc from 'fast-check';
import { SUMMARY_SENTENCE_CHARS_MAX, type SummarisedTurn, summariseTurns } from './summarise-turns.js';

const SAID = [
  'We decided to ship the invoice export on Friday.',
  'Thanks!',
  'I prefer short reports, with tables.',
  'What do you think?',
  'The nightly job failed with error E42 on host db-7.',
  'ok',
  'Ben Carter moves to Lisbon in March.',
  'Our budget is 4,000 euros for the pilot.',
  'hm, let me see...',
  'x'.repeat(500),
  'Wir haben beschlossen, am Montag zu liefern.',
];
const ROLES: readonly Role[] = ['user', 'assistant', 'tool', 'system'];
const turn = fc.record({
  role: fc.constantFrom(...ROLES),
  content: fc
    .array(fc.oneof(fc.constantFrom(...SAID), fc.string({ maxLength: 60 })), { maxLength: 6 })
    .map((sentences) => sentences.join(' ')),
});
const turns = fc.array(turn, { maxLength: 25 });
const said = (content: string, role: Role = 'user'): SummarisedTurn => ({ role, content });
const textsOf = (given: readonly SummarisedTurn[], max = 8) => summariseTurns(given, max).map(({ text }) => text);

describe('the sentences of a summary', () => {
  it('stand word for word in the turns that they name, in the order in which they were said', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 0, max: 12 }), (given, max) => {
        const sentences = summariseTurns(given, max);
        expect(sentences.length).toBeLessThanOrEqual(max);
        const positions = sentences.flatMap(({ contributors }) => contributors);
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        for (const { text, contributors } of sentences) {
          expect(contributors).toHaveLength(1);
          const [position = -1] = contributors;
          expect(given[position]?.content).toContain(text);
          expect(given[position]?.role).not.toBe('system');
          expect(text.length).toBeLessThanOrEqual(SUMMARY_SENTENCE_CHARS_MAX);
          expect(text).toBe(text.trim());
        }
      }),
    );
  });

  it('are the same each time, and fewer are the best of more', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 8 }), (given, max) => {
        expect(summariseTurns(given, max)).toEqual(summariseTurns([...given], max));
        const more = textsOf(given, max + 1);
        for (const text of textsOf(given, max)) expect(more).toContain(text);
      }),
    );
  });

  it('say nothing twice', () => {
    fc.assert(
      fc.property(turns, (given) => {
        const texts = textsOf([...given, ...given], 50);
        expect(new Set(texts).size).toBe(texts.length);
      }),
    );
    const [first, again] = [
      'We ship the export on Friday with Ben.',
      'So we ship the export on Friday with Ben, right.',
    ];
    expect(textsOf([said(first as string), said('I live in Porto.'), said(again as string)])).toHaveLength(2);
  });

  it('leave out small talk, questions, and what only programs read', () => {
    const noise = ['Thanks, bye!', 'Could you help me?', 'ok', 'A'.repeat(2_000), ''];
    expect(textsOf(noise.map((content) => said(content)))).toEqual([]);
    expect(textsOf([said('You are an assistant for Acme. We decided to ship on Friday.', 'system')])).toEqual([]);
  });

  it('prefer decisions to plain words, the user to others, and both ends to the middle', () => {
    const plain = 'There were several people walking along the harbour road.';
    const decision = 'We decided to cancel the contract with Acme.';
    const filler = Array.from({ length: 5 }, (_, i) => said(`${plain.slice(0, -1)} past gate number ${i}.`));
    expect(textsOf([...filler, said(decision), ...filler], 1)).toEqual([decision]);
    const own = 'I prefer trains to Porto.';
    expect(textsOf([said('I prefer buses to Braga.', 'assistant'), said(own), said('ok', 'assistant')], 1)).toEqual([
      own,
    ]);
    const three = ['Ana lives in Lisbon.', 'Ben lives in Porto.', 'Eva lives in Braga.'];
    expect(
      textsOf(
        three.map((content) => said(content)),
        2,
      ),
    ).toEqual([three[0], three[2]]);
  });

  it('read a long turn at its beginning, and never half a sentence', () => {
    const long = `We decided to keep Oslo. ${'Ana moved the boxes to shelf B. '.repeat(400)}We decided to leave Bergen.`;
    const texts = textsOf([said(long)], 50);
    expect(texts).toContain('We decided to keep Oslo.');
    expect(texts).not.toContain('We decided to leave Bergen.');
    for (const text of texts) expect(text).toMatch(/\.$/);
  });

  it('take what two hundred turns of the greatest size may cost, and no longer', () => {
    const blob = said('y'.repeat(65_536));
    const words = said('Ana moved box 7 to Lisbon. '.repeat(2_400));
    const many = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? blob : words));
    expect(textsOf(many, 8)).toEqual(['Ana moved box 7 to Lisbon.']);
  });
});
