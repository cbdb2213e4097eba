import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QUESTION_NAMES_MAX, questionNamesOf } from './question-names.js';
import { askedPredicatesOf } from './question-relations.js';

describe('questionNamesOf', () => {
  it.each([
    ['Where does my sister live?', 'sister'],
    ['Who works on Blue Heron Labs?', 'blue heron labs'],
    ["What is Priya's role?", 'priya'],
    ['what runs on the billing gateway now', 'billing gateway'],
    ['Wer arbeitet bei Müller & Söhne?', 'söhne'],
    ['Who is on Pelican?', 'pelican project'],
  ])('finds in %p the name %p', (question, name) => {
    expect(questionNamesOf(question).names).toContain(name);
  });

  it('takes no word for a name that asks, joins or points', () => {
    expect(questionNamesOf('Who is it that they told us about, and when was that?').names).toEqual([]);
  });

  it.each([
    ['Where do I live?', true],
    ["what's my plan", true],
    ['What are we allowed to spend?', true],
    ['I’m where?', true],
    ['Where does Ana live?', false],
    ['Is Mike here?', false],
  ])('knows whether %p asks about who asks', (question, isOfSpeaker) => {
    expect(questionNamesOf(question).isOfSpeaker).toBe(isOfSpeaker);
  });

  it('gives at most so many names, distinct and normalised, of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.lorem({ maxCount: 60 })), (question) => {
        const { names } = questionNamesOf(question);
        expect(names.length).toBeLessThanOrEqual(QUESTION_NAMES_MAX);
        expect(new Set(names).size).toBe(names.length);
        expect(names).not.toContain('');
      }),
    );
  });

  it.each(['a', 'Ab ', 'x-', "it's ", 'A1'])('gets through 64 KiB of %p', (unit) => {
    const question = unit.repeat(65_536 / unit.length);
    expect(questionNamesOf(question).names.length).toBeLessThanOrEqual(QUESTION_NAMES_MAX);
    expect(askedPredicatesOf(question).size).toBeLessThan(20);
  });
});

describe('askedPredicatesOf', () => {
  it.each([
    ['Where does Ana live?', 'lives_in'],
    ['Which company is my employer?', 'works_at'],
    ["What's my favourite tea?", 'prefers'],
    ['what can’t eat Tom', 'avoids'],
    ['Who is my boss?', 'related_to_person'],
    ['What database does it use?', 'uses'],
    ['Which project is she on?', 'works_on'],
    ['What did we decide about the roof?', 'decided'],
  ])('hears in %p the relation %p', (question, predicate) => {
    expect([...askedPredicatesOf(question)]).toContain(predicate);
  });

  it('takes a question for a time for nothing else', () => {
    expect([...askedPredicatesOf('When did Ana move to the city?')]).toEqual(['scheduled_for']);
  });

  it('hears none where none is asked for', () => {
    expect(askedPredicatesOf('Why was the ferry late?').size).toBe(0);
  });
});
