import { createHash, randomBytes } from 'node:crypto';
import type { EntityId, FactEdge, MemoryDerived } from '@mneme/events';
import { type GraphFact, graphFactOf, type Predicate, PREDICATES } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { aMemory } from './builders.js';

export function anEntity(): EntityId {
  return randomBytes(16).toString('hex') as EntityId;
}

export type EdgeGiven = Partial<Omit<FactEdge, 'slots' | 'ends'>>;

/** An edge with the slots that the rules give it; `lives_in` unless it is said. Give what the test is about. */
export function anEdge(given: EdgeGiven = {}): FactEdge {
  const edge = {
    subjectEntity: anEntity(),
    subjectType: 'person',
    predicate: 'lives_in',
    ...(given.valueHash === undefined ? { objectEntity: anEntity(), objectType: 'place' } : {}),
    isNegated: false,
    isCorrection: false,
    validFrom: '2026-01-01T00:00:00.000Z',
    aliases: [],
    ...given,
  };
  const { cardinality, opposite } = PREDICATES[edge.predicate as Predicate];
  const object = edge.objectEntity ?? edge.valueHash ?? '';
  const own = slotOf(edge, edge.predicate, object);
  const wide = cardinality === 'one' ? slotOf(edge, edge.predicate, '') : undefined;
  const against = opposite === undefined ? undefined : slotOf(edge, opposite, object);
  const reached = edge.isNegated ? [] : [wide, against].filter((slot) => slot !== undefined);
  return { ...edge, slots: wide === undefined ? [own] : [own, wide], ends: [own, ...reached] };
}

export interface FactGiven extends EdgeGiven {
  readonly memory?: Partial<MemoryDerived>;
}

/** A memory of kind fact; give what the test is about. */
export function aFactMemory({ memory, ...edge }: FactGiven = {}): MemoryDerived {
  return aMemory({ ...memory, kind: 'fact', fact: anEdge(edge) });
}

/** A fact as the graph takes it. */
export function aFact(given: FactGiven = {}): GraphFact {
  return graphFactOf(aFactMemory(given)) as GraphFact;
}

/** Sees everything, in 2027; give what the test is about. */
export function aGraphView(given: Partial<GraphView> = {}): GraphView {
  const nowMs = Date.parse('2027-01-01T00:00:00.000Z');
  return { nowMs, validAtMs: nowMs, knownAt: Number.MAX_SAFE_INTEGER, confidenceMin: 0, ...given };
}

function slotOf({ subjectEntity }: { readonly subjectEntity: string }, predicate: string, object: string): string {
  return createHash('sha256').update(`${subjectEntity}/${predicate}/${object}`).digest('hex').slice(0, 32);
}
