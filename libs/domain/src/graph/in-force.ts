import type { MemoryId } from '@mneme/events';
import type { GraphFact } from './graph-fact.js';

/** Valid time, in epoch ms, and known time, in µs: what held then, as far as it was known by then. */
export interface At {
  readonly validAtMs: number;
  readonly knownAt: number;
}

/**
 * Of each fact the version that was known, the highest at or below `knownAt`. What is known later does not exist yet, and
 * what the reader cannot see must not be given to these functions at all.
 */
export function knownAt(facts: readonly GraphFact[], at: number): readonly GraphFact[] {
  const highest = new Map<MemoryId, GraphFact>();
  for (const fact of facts) {
    if (fact.version > at || (highest.get(fact.memoryId)?.version ?? 0) >= fact.version) continue;
    highest.set(fact.memoryId, fact);
  }
  return [...highest.values()];
}

/**
 * The facts that hold at an instant: a pure function of a set, so that no order of arrival can matter, and a fact that is
 * removed gives back what it had ended. First what was taken back by a later word (a negation or a correction) goes, then
 * of the facts that are left the last by (validFrom, recordedAt, id) holds. Only what holds at the instant ends anything.
 */
export function inForce(facts: readonly GraphFact[], at: At): readonly GraphFact[] {
  const then = knownAt(facts, at.knownAt).filter((fact) => isWithin(fact, at.validAtMs));
  const standing = then.filter((fact) => !then.some((other) => takesBack(other, fact)));
  return standing.filter((fact) => !fact.isNegated && !standing.some((other) => supersedes(other, fact)));
}

/** Whether `validAtMs` lies in what the statement itself says of its time. */
export function isWithin({ validFromMs, validToMs }: GraphFact, validAtMs: number): boolean {
  return validFromMs <= validAtMs && (validToMs === undefined || validAtMs < validToMs);
}

/** A negation or a correction that was said later. */
export function takesBack(other: GraphFact, fact: GraphFact): boolean {
  if (!other.isNegated && !other.isCorrection) return false;
  return (
    ends(other, fact) &&
    isAfter([other.occurredAtMs, other.recordedAt], [fact.occurredAtMs, fact.recordedAt], { other, fact })
  );
}

/** Ends the fact by being later in valid time. */
export function supersedes(other: GraphFact, fact: GraphFact): boolean {
  return (
    ends(other, fact) &&
    isAfter([other.validFromMs, other.recordedAt], [fact.validFromMs, fact.recordedAt], { other, fact })
  );
}

/** Only within the statements of one subject to one audience, and never itself. */
function ends(other: GraphFact, fact: GraphFact): boolean {
  return (
    other.memoryId !== fact.memoryId &&
    other.tenantId === fact.tenantId &&
    other.subjectId === fact.subjectId &&
    other.audience === fact.audience &&
    fact.slots.some((slot) => other.ends.includes(slot))
  );
}

type Order = readonly [number, number];

function isAfter([a, b]: Order, [c, d]: Order, ids: { readonly other: GraphFact; readonly fact: GraphFact }): boolean {
  if (a !== c) return a > c;
  if (b !== d) return b > d;
  return ids.other.memoryId > ids.fact.memoryId;
}
