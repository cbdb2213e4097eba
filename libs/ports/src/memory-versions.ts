import type { MemoryId } from '@mneme/events';
import type { LogRecord } from './event-log.js';

/**
 * The living versions of memories as the log has them: for the owner of a kind, who decides by what it has published
 * itself. No projection can stand in for it, because a projection may be behind.
 */
export interface MemoryVersions {
  /**
   * Records of these memories in one partition of `memories`, those with a value alone, by memory in the order given,
   * then by version ascending. What was appended before the call is seen. At most `MEMORY_VERSIONS_LIMITS` ids.
   * @throws LimitExceeded.
   */
  living(partition: number, memoryIds: readonly MemoryId[]): Promise<readonly LogRecord[]>;

  /**
   * Those of the keys under which one partition of `memories` has a record or, for as long as the topic keeps it, a
   * tombstone: what was published, also when it was taken away since. At most `MEMORY_VERSIONS_LIMITS` keys.
   * @throws LimitExceeded.
   */
  published(partition: number, keys: readonly string[]): Promise<ReadonlySet<string>>;
}

export const MEMORY_VERSIONS_LIMITS = { memoriesMax: 1_000, keysMax: 1_000 } as const;
