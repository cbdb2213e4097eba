import { expect, it } from '@jest/globals';
import type { StatedFact } from './stated-fact.js';
import { unitedFacts } from './united-facts.js';

const fact = (name: string, more: Partial<StatedFact> = {}): StatedFact => ({
  subject: 'speaker',
  predicate: 'lives_in',
  object: { type: 'place', name },
  isNegated: false,
  isCorrection: false,
  text: name,
  certainty: 'stated',
  ...more,
});

it('one fact said by both is that of the rules; the others come behind, each once', () => {
  const rules = [fact('Lisbon', { validFrom: '2020-01-01T00:00:00.000Z' }), fact('Ghent')];
  const others = [
    fact('lisbon', { certainty: 'inferred' }),
    fact('Bruges'),
    fact('Bruges'),
    fact('Ghent', { isNegated: true }),
  ];
  expect(unitedFacts(rules, others)).toEqual([...rules, others[1], others[3]]);
  expect(unitedFacts(rules, [])).toEqual(rules);
});
