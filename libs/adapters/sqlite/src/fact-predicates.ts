import type { Audience } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { type Predicate, scopePredicate } from './scope-predicate.js';

/**
 * What holds at an instant for a reader, as SQL over `facts`: `inForce` of the domain, of what the reader sees alone. In a
 * subquery an unqualified column is that of the nearest `facts`, so that one text serves the fact and what ends it.
 */
export interface FactPredicates {
  readonly visible: string;
  readonly inForce: string;
  readonly ended: string;
  readonly isWithin: string;
  readonly values: Predicate['values'];
}

/** Over all of the scope's audiences or, where the index's order is wanted, over one of them. */
export function factPredicates(scope: ReadScope, view: GraphView, audience?: Audience): FactPredicates {
  const readable = scopePredicate(scope, audience);
  const visible = `${readable.sql} AND ${UNEXPIRED_SQL} AND ${IS_KNOWN_SQL}`;
  const isThere = `${visible} AND ${IS_WITHIN_SQL}`;
  const takenBack = `EXISTS (SELECT 1 FROM fact_endings AS word
    WHERE ${ofSameSubject('word')} AND word.takes_back = 1
      AND (word.occurred_at_ms, word.recorded_at, word.memory_id)
        > (facts.occurred_at_ms, facts.recorded_at, facts.memory_id)
      AND EXISTS (SELECT 1 FROM facts WHERE fact_id = word.fact_id AND ${isThere}))`;
  const superseded = `EXISTS (SELECT 1 FROM fact_endings AS later
    WHERE ${ofSameSubject('later')} AND later.valid_from_ms <= :validAtMs
      AND (later.valid_from_ms, later.recorded_at, later.memory_id)
        > (facts.valid_from_ms, facts.recorded_at, facts.memory_id)
      AND EXISTS (SELECT 1 FROM facts WHERE fact_id = later.fact_id AND ${isThere} AND NOT ${takenBack}))`;
  const { validAtMs, knownAt, nowMs, confidenceMin } = view;
  return {
    visible,
    isWithin: IS_WITHIN_SQL,
    ended: `(${takenBack} OR ${superseded})`,
    inForce: `${isThere} AND is_negated = 0 AND NOT ${takenBack} AND NOT ${superseded}`,
    values: { ...readable.values, validAtMs, knownAt, nowMs, confidenceMin },
  };
}

const UNEXPIRED_SQL = 'confidence >= :confidenceMin AND (expires_at_ms IS NULL OR expires_at_ms > :nowMs)';
const IS_WITHIN_SQL = 'valid_from_ms <= :validAtMs AND (valid_to_ms IS NULL OR valid_to_ms > :validAtMs)';

// Whether or not the reader may see the higher version: what was narrowed must not be read in its older form.
const IS_KNOWN_SQL = `version <= :knownAt AND NOT EXISTS (SELECT 1 FROM facts AS higher
  WHERE higher.memory_id = facts.memory_id AND higher.version > facts.version AND higher.version <= :knownAt
    AND higher.tenant_id = facts.tenant_id)`;

function ofSameSubject(name: string): string {
  return `${name}.tenant_id = facts.tenant_id AND ${name}.audience = facts.audience
      AND ${name}.subject_id = facts.subject_id AND ${name}.slot IN (facts.own_slot, facts.wide_slot)`;
}
