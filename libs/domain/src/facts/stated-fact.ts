import type { Role } from '@mneme/events';
import type { EntityType, Predicate } from './predicates.js';

export interface StatedEntity {
  readonly type: EntityType;
  /** As it was written; entities are told apart by `normalisedName` of it. */
  readonly name: string;
  /** Other names in the same statement: "my sister Anna" is Anna, alias "sister". */
  readonly aliases?: readonly string[];
}

export interface StatedValue {
  readonly value: string;
}

/** One fact as a turn states it, before anybody decides who asserts it and what it supersedes. */
export interface StatedFact {
  /** `speaker`: whoever says the turn. */
  readonly subject: StatedEntity | 'speaker';
  readonly predicate: Predicate;
  readonly object: StatedEntity | StatedValue;
  /** Which of several: the relation of a person ("sister"), the topic of a favourite ("colour"), the kind of account. */
  readonly qualifier?: string;
  /** The fact does not hold, or no longer: it ends the same fact where that one was known and starts none. */
  readonly isNegated: boolean;
  /** The speaker takes back something that was said before: "actually", "I meant", "not X but Y". */
  readonly isCorrection: boolean;
  /** RFC 3339 in UTC, resolved against the turn's time and zone. Absent: not said, so it holds from the turn's time. */
  readonly validFrom?: string;
  /** RFC 3339 in UTC, the first instant at which it no longer holds. Absent: no end was said. */
  readonly validTo?: string;
  /** One readable sentence made of the fact's parts. */
  readonly text: string;
  /** `inferred`: hedged ("I think"), or said about somebody else by who is not a user. */
  readonly certainty: 'stated' | 'inferred';
}

/** What a statement is read against; nothing else, no clock among it, takes part. */
export interface StatementContext {
  readonly speakerName?: string;
  readonly role: Role;
  /** RFC 3339: "now" of the statement. */
  readonly occurredAt: string;
  /** The speaker's offset, `Z` or `+02:00`; UTC when absent. */
  readonly zone?: string;
}
