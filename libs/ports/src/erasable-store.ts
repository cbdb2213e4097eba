import type { MemoryId, SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';

/**
 * What erasure may do to a store, below fence and key. By subject and source in one indexed call, never by similarity
 * or by listing. Wiring gives it to erasure and to the consumers' fence check alone.
 */
export interface ErasableStore {
  /** Name in reports: `catalogue`, `vector-index`, `fact-graph`, `session-state`, `accepted-turns`. */
  readonly storeName: string;
  /** Records of the subject written below `belowEpoch`. */
  countSubject(subject: SubjectRef, belowEpoch: number): Promise<number>;
  /** Deletes them, all epochs below `belowEpoch`; idempotent; answers how many went. Other subjects are untouched. */
  eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number>;
  /** Deletes what was derived from the sources below `belowEpoch`; idempotent; answers how many records went. */
  eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number>;
  /** At most `limit` ids of the subject's records, to look for again after a sweep; empty where there are none. */
  probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]>;
  /** Which of the ids are there, whoever they belong to. */
  findIds(tenantId: TenantId, ids: readonly (MemoryId | string)[]): Promise<readonly string[]>;
}
