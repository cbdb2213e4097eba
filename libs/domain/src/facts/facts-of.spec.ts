import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from './facts-of.js';
import { normalisedName } from './normalised-name.js';
import { PREDICATES } from './predicates.js';
import { READING_LIMITS } from './reading.js';
import type { StatedFact, StatementContext } from './stated-fact.js';

const TURN_TEXT_BYTES_MAX = 65_536;
const said: StatementContext = {
  role: 'user',
  speakerName: 'Dana',
  occurredAt: '2026-03-10T13:30:00.000Z',
  zone: '+01:00',
};
const objectOf = ({ object }: StatedFact): string => ('value' in object ? object.value : object.name);
const brief = (text: string, context = said): readonly string[] =>
  factsOf(text, context).map((fact) => `${fact.isNegated ? 'not ' : ''}${fact.predicate} ${objectOf(fact)}`);

describe('factsOf', () => {
  it('gives a fact whole: entities, time, sentence', () => {
    expect(factsOf('My sister Anna moved to Rome in 2021.', said)).toEqual([
      {
        subject: 'speaker',
        predicate: 'related_to_person',
        object: { type: 'person', name: 'Anna', aliases: ['sister'] },
        qualifier: 'sister',
        isNegated: false,
        isCorrection: false,
        text: 'Dana is related to Anna (sister).',
        certainty: 'stated',
      },
      {
        subject: { type: 'person', name: 'Anna', aliases: ['sister'] },
        predicate: 'lives_in',
        object: { type: 'place', name: 'Rome' },
        isNegated: false,
        isCorrection: false,
        validFrom: '2020-12-31T23:00:00.000Z',
        text: 'Anna lives in Rome.',
        certainty: 'stated',
      },
    ]);
  });

  it.each([
    ['denied', 'We do not use Jenkins.', ['not uses Jenkins']],
    ['ended', 'I no longer work at Acme.', ['not works_at Acme']],
    ['ended by its tense', 'I used to live in Rome.', ['not lives_in Rome']],
    ['a dislike, which is no ended liking', 'I do not like olives.', ['avoids olives']],
    ['an ended liking', "I don't like olives anymore.", ['not prefers olives']],
    ['both ends of a change', 'We switched from Jira to Linear.', ['not uses Jira', 'uses Linear']],
    ['a second clause without its subject', 'I live in Berlin and work at Acme.', ['lives_in Berlin', 'works_at Acme']],
  ])('reads what is %s', (_name, text, expected) => {
    expect([...brief(text)].sort()).toEqual([...expected].sort());
  });

  it.each([
    ['a question', 'Do I live in Rome?'],
    ['a condition', 'If I lived in Rome, I would use a scooter.'],
    ['a wish', 'I wish I had a dog.'],
    ['a doubt', 'Maybe I will move to Rome next year.'],
    ['quoted speech', 'He said "I live in Rome" and left.'],
    ['a task', 'Write a story about Tom, who works at Acme.'],
    ['a pronoun without its person', 'She works at Acme.'],
    ['code', 'Look: `I live in Rome`'],
    ['nothing', ' \n\t'],
  ])('takes no fact from %s', (_name, text) => {
    expect(brief(text)).toEqual([]);
  });

  it('marks a correction and a hedge', () => {
    expect(factsOf('Actually, I live in Hamburg.', said)).toMatchObject([{ isCorrection: true, certainty: 'stated' }]);
    expect(factsOf('I think Tom works at Acme.', said)).toMatchObject([{ isCorrection: false, certainty: 'inferred' }]);
  });

  it('hears nobody in the "I" of an assistant, a tool or a system prompt', () => {
    const text = 'I live in Rome. Tom works at Acme.';
    const nameless = { occurredAt: said.occurredAt };
    expect(brief(text, { ...nameless, role: 'assistant' })).toEqual(['works_at Acme']);
    expect(brief(text, { ...nameless, role: 'tool' })).toEqual(['works_at Acme']);
    expect(brief(text, { ...nameless, role: 'system' })).toEqual([]);
    expect(factsOf(text, { ...nameless, role: 'assistant' })).toMatchObject([{ certainty: 'inferred' }]);
  });

  it('names the topic of a favourite, so that the next one supersedes it and no other', () => {
    expect(factsOf('My favourite colour is green.', said)).toMatchObject([{ qualifier: 'colour' }]);
    expect(PREDICATES.prefers.cardinality).toBe('one-by-qualifier');
  });

  it('is survived by whatever text: closed predicates, named objects, the same again', () => {
    const words = ['I', 'we', 'my sister', 'Anna', 'not', 'live in', 'use', 'since', '31 February', '2021', 'at', ','];
    const chatty = fc.array(fc.constantFrom(...words, '👩‍🚀', '我喜欢', '"', '.', '?', 'because'), { maxLength: 60 });
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      chatty.map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const facts = factsOf(text, said);
        expect(factsOf(text, said)).toEqual(facts);
        expect(facts.length).toBeLessThanOrEqual(READING_LIMITS.factsMax);
        for (const fact of facts) {
          expect(Object.keys(PREDICATES)).toContain(fact.predicate);
          expect(normalisedName(objectOf(fact))).not.toBe('');
          expect((fact.validFrom ?? '') < (fact.validTo ?? '9')).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['no space', 'a'],
    ['spaces alone', ' '],
    ['quotes', '"'],
    ['open brackets', '['],
    ['subjects', 'I '],
    ['full stops', '.'],
    ['emoji', '👨‍👩‍👧'],
    ['Chinese', '我喜欢'],
    ['conjunctions', 'I use X and '],
    ['impossible days', 'on 31 February '],
    ['half characters', '\ud800'],
  ])('reads the largest turn of %s no further than its limit', (_name, piece) => {
    const text = piece.repeat(Math.ceil(TURN_TEXT_BYTES_MAX / piece.length)).slice(0, TURN_TEXT_BYTES_MAX);
    expect(factsOf(text, said)).toEqual(factsOf(text.slice(0, READING_LIMITS.textCharsMax), said));
  });

  it('reads no further than its limits of text and sentences', () => {
    const far = `${'So it goes. '.repeat(READING_LIMITS.sentencesMax)}I live in Rome.`;
    expect(brief(far)).toEqual([]);
    expect(brief(`I live in Rome. ${'x'.repeat(TURN_TEXT_BYTES_MAX)}`)).toEqual(['lives_in Rome']);
  });
});
