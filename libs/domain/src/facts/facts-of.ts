import type { StatedFact, StatementContext } from './stated-fact.js';

/** The facts that a text states, by rules alone: the same text and context give the same facts, in the text's order. */
export function factsOf(_text: string, _context: StatementContext): readonly StatedFact[] {
  return [];
}
