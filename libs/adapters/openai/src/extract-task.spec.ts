import { describe, expect, it } from '@jest/globals';
import type { ModelTurn } from '@mneme/ports';
import { aModelFact } from '@mneme/testing';
import { EXTRACT_TASK } from './extract-task.js';

const LISBON: ModelTurn = {
  role: 'user',
  speakerName: 'Ana',
  content: 'I live in Lisbon since March, and my sister  Rita plays chess.',
};

describe('the facts of an answer', () => {
  it('come in the words of the turn', () => {
    const said = aModelFact({ fromWords: 'since March', objectAliases: ['lisbon'], untilWords: ' ' });
    const { value, itemsRefused } = EXTRACT_TASK.check([{ ...said, untilWords: null }], LISBON);
    expect(itemsRefused).toBe(0);
    expect(value.by).toBe('model');
    expect(value.facts).toEqual([
      {
        subject: 'speaker',
        predicate: 'lives_in',
        object: { type: 'place', name: 'Lisbon', aliases: ['lisbon'] },
        isNegated: false,
        isCorrection: false,
        certainty: 'stated',
        evidence: 'I live in Lisbon',
        fromWords: 'since March',
      },
    ]);
  });

  it('may be about somebody else, and hold a value', () => {
    const about = {
      subject: 'Rita',
      subjectType: 'person',
      evidence: 'my sister Rita plays chess',
      qualifier: 'sister',
    };
    const value = { predicate: 'has_role', objectType: 'value', object: 'chess' };
    const { facts } = EXTRACT_TASK.check([aModelFact({ ...about, ...value })], LISBON).value;
    expect(facts).toEqual([
      expect.objectContaining({
        subject: { type: 'person', name: 'Rita' },
        object: { value: 'chess' },
        qualifier: 'sister',
      }),
    ]);
  });

  it.each([
    ['an unknown predicate', { predicate: 'hates' }],
    ['an object of the wrong type', { objectType: 'person' }],
    ['an unknown type', { objectType: 'planet' }],
    ['an object that was not said', { object: 'Porto' }],
    ['half a word as a name', { object: 'Lis' }],
    ['no name', { object: ' ' }],
    ['evidence that was not said', { evidence: 'I live in Lisbon now' }],
    ['no evidence', { evidence: '' }],
    ['a subject that was not said', { subject: 'Bruno', subjectType: 'person' }],
    ['a subject without a type', { subject: 'Rita' }],
    ['an alias that was not said', { objectAliases: ['Lisboa'] }],
    ['too many aliases', { objectAliases: new Array(9).fill('Lisbon') }],
    ['a qualifier that was not said', { qualifier: 'second home' }],
    ['a time that was not said', { fromWords: 'since 2019' }],
    ['a time that was worked out', { untilWords: '2026-03-01T00:00:00Z' }],
    ['a flag that is a word', { isNegated: 'no' }],
    ['no certainty', { certainty: undefined }],
    ['a name too long', { object: 'x'.repeat(300) }],
  ])('leave out %s, and keep the others', (_, given) => {
    const { value, itemsRefused } = EXTRACT_TASK.check([aModelFact(given), aModelFact(), 'nonsense'], LISBON);
    expect(itemsRefused).toBe(2);
    expect(value.facts).toEqual([expect.objectContaining({ object: { type: 'place', name: 'Lisbon' } })]);
  });

  it('never carry a time or an id, whatever the answer adds', () => {
    const added = { validFrom: '2020-01-01T00:00:00Z', validTo: null, id: '1', recordedAt: 1, memoryId: 'x' };
    const [fact] = EXTRACT_TASK.check([aModelFact(added)], LISBON).value.facts;
    expect(Object.keys(added).filter((key) => key in (fact ?? {}))).toEqual([]);
  });

  it('are at most 32 a turn', () => {
    const { value, itemsRefused } = EXTRACT_TASK.check(new Array(40).fill(aModelFact()), LISBON);
    expect([value.facts.length, itemsRefused]).toEqual([32, 8]);
  });
});
