import type { EntityId } from '@mneme/events';
import type { Predicate } from '../facts/predicates.js';
import { endsOf, type GraphFact } from './graph-fact.js';

/** What a question asks of the graph. */
export interface GraphQuestion {
  /** Entities that the question names, without who asks. */
  readonly named: ReadonlySet<EntityId>;
  /** The person who asks, where the question is about them. */
  readonly speaker?: EntityId | undefined;
  readonly predicates: ReadonlySet<Predicate>;
}

/** Of the relation that is asked for: at a named entity, at who asks, or at who asks while somebody else is named. */
const ASKED_NAMED = 1;
const ASKED_OWN = 0.8;
const ASKED_BESIDE = 0.3;
/** Of another relation, or where the question's words name none. */
const NAMED_TWICE = 0.6;
const NAMED = 0.5;
const NAMED_OTHERWISE = 0.2;
/** What is one edge further away says less of what was asked. */
const FURTHER = 0.5;

/**
 * How far a fact answers a question, 0 to 1: for touching what the question names, and for being of the relation that it
 * asks for, less for each edge between. 0 for a fact that only hangs on the person who asks and is of another relation: a
 * person has many, and they answer nothing in particular. The scale is absolute, so that little evidence stays little.
 */
export function graphScoreOf(fact: GraphFact, hop: number, question: GraphQuestion): number {
  const isAsked = question.predicates.has(fact.predicate as Predicate);
  if (hop > 1) return isAsked ? ASKED_OWN * FURTHER ** (hop - 1) : 0;
  const ends = endsOf(fact);
  const touched = ends.filter((entity) => question.named.has(entity)).length;
  if (isAsked) {
    if (touched > 0) return ASKED_NAMED;
    if (question.speaker === undefined || !ends.includes(question.speaker)) return 0;
    return question.named.size > 0 ? ASKED_BESIDE : ASKED_OWN;
  }
  if (touched > 1) return NAMED_TWICE;
  if (touched === 0) return 0;
  return question.predicates.size > 0 ? NAMED_OTHERWISE : NAMED;
}
