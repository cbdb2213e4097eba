import type { CommandBounds, MemoryDerived, MemoryId, SourceId } from '@mneme/events';
import { FACTS_PER_TURN_MAX } from '../graph/fact-memory.js';
import { memoryIdOf } from '../ids.js';

/** Summaries of one session beyond this are left out, when they are made and when they are taken back. */
export const SUMMARIES_PER_SESSION_MAX = 8;

type Whose = Pick<MemoryDerived, 'tenantId' | 'subjectId'>;

/** Every id that a fact of this source can have, or those of the first facts alone. */
export function factIdsOf(
  { tenantId, subjectId }: Whose,
  sourceId: SourceId,
  factsMax = FACTS_PER_TURN_MAX,
): readonly MemoryId[] {
  return ordinals(factsMax).map((ordinal) => memoryIdOf({ tenantId, subjectId, sourceId, kind: 'fact', ordinal }));
}

/** Every id that a summary of the memory's session can have. */
export function summaryIdsOf({ tenantId, subjectId, sessionKey }: MemoryDerived): readonly MemoryId[] {
  const sourceId = sessionKey as string as SourceId;
  return ordinals(SUMMARIES_PER_SESSION_MAX).map((ordinal) =>
    memoryIdOf({ tenantId, subjectId, sourceId, kind: 'summary', ordinal }),
  );
}

/** The ids of what the write-filter makes of one source. */
export function ownIdsOf({ tenantId, subjectId }: Whose, sourceId: SourceId): readonly MemoryId[] {
  const kinds = ['episode', 'procedure', 'summary'] as const;
  return kinds.map((kind) => memoryIdOf({ tenantId, subjectId, sourceId, kind, ordinal: 0 }));
}

/** Whether a memory is made of another, as its parents say. */
export function isMadeOf({ derivedFrom }: MemoryDerived, { memoryId, sourceId }: MemoryDerived): boolean {
  return derivedFrom.includes(memoryId) || derivedFrom.includes(sourceId);
}

/** Whether a command about a source may touch a memory of it, or the turn itself. */
export function isWithinBounds(
  memory: Pick<MemoryDerived, 'audience' | 'departmentId'>,
  bounds: CommandBounds | undefined,
): boolean {
  if (bounds === undefined) return true;
  const { audience, departmentId } = memory;
  return bounds.audiences.includes(audience) && (departmentId === undefined || departmentId === bounds.departmentId);
}

function ordinals(count: number): readonly number[] {
  return Array.from({ length: count }, (_, ordinal) => ordinal);
}
