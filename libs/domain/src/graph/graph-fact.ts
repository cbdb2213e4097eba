import type { EntityId, FactEdge, MemoryDerived } from '@mneme/events';
import { Corrupt } from '../errors.js';
import { epochMsOf } from '../time.js';

/** One version of a fact as the graph keeps it: no text, instants in epoch milliseconds, `recordedAt` in microseconds. */
export type GraphFact = Pick<
  MemoryDerived,
  | 'memoryId'
  | 'version'
  | 'tenantId'
  | 'subjectId'
  | 'departmentId'
  | 'sessionKey'
  | 'sourceId'
  | 'audience'
  | 'sourceClass'
  | 'trust'
  | 'confidence'
  | 'recordedAt'
  | 'epoch'
> &
  Omit<FactEdge, 'validFrom' | 'validTo'> & {
    readonly occurredAtMs: number;
    readonly expiresAtMs?: number;
    readonly validFromMs: number;
    readonly validToMs?: number;
  };

/** Pure: the same event gives the same record; undefined for a memory that is no fact. @throws Corrupt for half a fact. */
export function graphFactOf(memory: MemoryDerived): GraphFact | undefined {
  if (memory.kind !== 'fact') return undefined;
  if (memory.fact === undefined) throw new Corrupt('a fact has no edge', { field: 'fact' });
  const { validFrom, validTo, ...edge } = memory.fact;
  const { departmentId, expiresAt } = memory;
  return {
    memoryId: memory.memoryId,
    version: memory.version,
    tenantId: memory.tenantId,
    subjectId: memory.subjectId,
    ...(departmentId === undefined ? {} : { departmentId }),
    sessionKey: memory.sessionKey,
    sourceId: memory.sourceId,
    audience: memory.audience,
    sourceClass: memory.sourceClass,
    trust: memory.trust,
    confidence: memory.confidence,
    occurredAtMs: epochMsOf(memory.occurredAt),
    recordedAt: memory.recordedAt,
    ...(expiresAt === undefined ? {} : { expiresAtMs: epochMsOf(expiresAt) }),
    epoch: memory.epoch,
    ...edge,
    validFromMs: epochMsOf(validFrom),
    ...(validTo === undefined ? {} : { validToMs: epochMsOf(validTo) }),
  };
}

/** The nodes that an edge touches, one or two. */
export function endsOf(fact: Pick<GraphFact, 'subjectEntity' | 'objectEntity'>): readonly EntityId[] {
  return fact.objectEntity === undefined ? [fact.subjectEntity] : [fact.subjectEntity, fact.objectEntity];
}
