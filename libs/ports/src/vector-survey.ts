import type { MemoryId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';

/** The stored vectors of a memory's chunks, in order. */
export interface StoredVectors {
  readonly version: number;
  readonly vectors: readonly Float32Array[];
}

/** What maintenance reads of the vector index, across audiences. Wiring gives it to maintenance alone. */
export interface VectorSurvey {
  /** Vectors of the model for the subject's own memories, at most 1,000; what is absent is left out. */
  surveyVectors(
    subject: SubjectRef,
    query: { readonly model: string; readonly memoryIds: readonly MemoryId[] },
  ): Promise<ReadonlyMap<MemoryId, StoredVectors>>;
}
