import type { MemoryId, TenantId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';

/** One recall, as an access event tells it. */
export interface MemoryAccess {
  /** Of the event in its partition of `recalls`. */
  readonly offset: number;
  readonly tenantId: TenantId;
  readonly memoryIds: readonly MemoryId[];
  /** Epoch ms. */
  readonly atMs: number;
}

export interface AccessCount {
  readonly count: number;
  /** Epoch ms. */
  readonly lastAccessMs: number;
}

/**
 * How often memories were recalled, beside their rows in the catalogue: no part of any record or digest, gone with the
 * memory, and not rebuilt by a replay.
 */
export interface AccessCounts {
  /**
   * Counts the accesses of one partition, in the order of their offsets; each once, however often it is delivered: what
   * lies at or below the highest offset that was counted is passed over. Durable when it resolves. Memories that are not
   * there, or another tenant's, are passed over too.
   */
  noteAccesses(partition: number, accesses: readonly MemoryAccess[]): Promise<void>;
  /** Of readable memories; one that was never recalled is left out like one that is not there. */
  accessesOf(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<ReadonlyMap<MemoryId, AccessCount>>;
}
