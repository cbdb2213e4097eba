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
  const isEnded = endedAmong(then);
  return then.filter((fact) => !fact.isNegated && !isEnded(fact));
}

/**
 * Whether a fact is taken back or superseded by one of those that are there at an instant: seen, known and within their
 * own time. It need not be one of them itself, and they need to be no more than those that can end the facts asked about,
 * and those that can take these back.
 */
export function endedAmong(then: readonly GraphFact[]): (fact: GraphFact) => boolean {
  const enders = bySlotEnded(then);
  const words = bySlotEnded(then.filter((fact) => fact.isNegated || fact.isCorrection));
  const isTakenBack = (fact: GraphFact) =>
    fact.slots.some((slot) => words.get(slot)?.some((word) => takesBack(word, fact)));
  const isSuperseded = (fact: GraphFact) =>
    fact.slots.some((slot) => enders.get(slot)?.some((later) => supersedes(later, fact) && !isTakenBack(later)));
  return (fact) => isTakenBack(fact) || isSuperseded(fact);
}

function bySlotEnded(facts: readonly GraphFact[]): ReadonlyMap<string, readonly GraphFact[]> {
  const bySlot = new Map<string, GraphFact[]>();
  for (const fact of facts) {
    for (const slot of fact.ends) {
      const enders = bySlot.get(slot);
      if (enders === undefined) bySlot.set(slot, [fact]);
      else enders.push(fact);
    }
  }
  return bySlot;
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

/** Orders by (validFrom, recordedAt, memoryId), the latest first. */
export function latestFirst(one: GraphFact, other: GraphFact): number {
  return (
    other.validFromMs - one.validFromMs || other.recordedAt - one.recordedAt || (one.memoryId > other.memoryId ? -1 : 1)
  );
}
