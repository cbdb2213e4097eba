import { normalisedName } from './normalised-name.js';
import type { StatedFact } from './stated-fact.js';

/**
 * The facts of the rules, then those that only `others` has. What both have is one fact, as the rules say it, times
 * included; so the ids of the rules' facts are the same with and without the others.
 */
export function unitedFacts(rules: readonly StatedFact[], others: readonly StatedFact[]): readonly StatedFact[] {
  const known = new Set(rules.map(nameOf));
  const added = others.filter((fact) => {
    const name = nameOf(fact);
    return !known.has(name) && known.add(name);
  });
  return [...rules, ...added];
}

function nameOf({ subject, predicate, object, isNegated }: StatedFact): string {
  return JSON.stringify([
    subject === 'speaker' ? '' : normalisedName(subject.name),
    predicate,
    normalisedName('value' in object ? object.value : object.name),
    isNegated,
  ]);
}
