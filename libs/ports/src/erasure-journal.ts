import type { TenantId } from '@mneme/events';
import type { Erasure } from '@mneme/domain';

/** Where each erasure stands; written before each step acts. Every change is durable when it resolves. */
export interface ErasureJournal {
  /** @throws Conflict when the id exists, or when the subject has an erasure that is not verified yet. */
  begin(erasure: Erasure): Promise<void>;
  /**
   * Replaces the record.
   * @throws NotFound; Conflict when the record there is further by `erasureProgressOf`: another process goes on with it,
   * and what this one knows is over.
   */
  record(erasure: Erasure): Promise<void>;
  /**
   * Takes back an erasure whose fence was never raised, as if it had not been asked for. Idempotent; one that is
   * verified stays.
   */
  withdraw(tenantId: TenantId, erasureId: string): Promise<void>;
  find(tenantId: TenantId, erasureId: string): Promise<Erasure | undefined>;
  /** Not verified yet, oldest first, at most `limit`: what to go on with after a start. */
  unfinished(limit: number): Promise<readonly Erasure[]>;
  /** A tenant's erasures, newest first, at most `limit`. */
  list(tenantId: TenantId, limit: number): Promise<readonly Erasure[]>;
  /** How far `erasures` was applied to this journal and its registry, by partition; nothing noted: empty. */
  appliedOffsets(): Promise<readonly number[]>;
  /** Replaces what was noted. */
  noteApplied(nextOffsets: readonly number[]): Promise<void>;
  /** Keeps the one-off key of an erasure's probes; destroyed physically as far as the engine can. */
  putProbeKey(erasureId: string, key: Uint8Array): Promise<void>;
  findProbeKey(erasureId: string): Promise<Uint8Array | undefined>;
  destroyProbeKey(erasureId: string): Promise<void>;
}
