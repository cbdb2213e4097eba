import type { SubjectId } from '@mneme/events';

/** The first 4 bytes of the subject id, unsigned, modulo the number of partitions. */
export function partitionOf(subjectId: SubjectId, partitionCount: number): number {
  return Number.parseInt(subjectId.slice(0, 8), 16) % partitionCount;
}
