import type { AuditableStore } from './auditable-store.js';
import type { Catalogue } from './catalogue.js';
import type { ErasableStore } from './erasable-store.js';
import type { FactGraph } from './fact-graph.js';
import type { VectorIndex } from './vector-index.js';

/** A fresh set of projections beside the live one. */
export interface ShadowStore {
  readonly catalogue: Catalogue & AuditableStore & ErasableStore;
  readonly vectorIndex: VectorIndex & AuditableStore & ErasableStore;
  readonly factGraph: FactGraph & AuditableStore & ErasableStore;
  /** Closes it and removes all that it wrote. */
  discard(): Promise<void>;
}

/** One that may take the live one's place. Until then nobody reads it, and erasures sweep it as they sweep the live one. */
export interface NextStore extends ShadowStore {
  /**
   * Makes it the live one, for good when it resolves: a crash leaves one or the other. Reads go on meanwhile, on either.
   * The consumers must not run; they open the live one at their next start. `positions` is what the store that was live
   * has of `memories`, by partition: it becomes the previous one, and the one before it goes.
   */
  takeOver(positions: readonly number[]): Promise<void>;
  /** As for any shadow; a previous store stays where it is. */
  discard(): Promise<void>;
}

/** The store that was live before the last switch. */
export interface PreviousStore extends NextStore {
  /** What it has of `memories`, by partition. */
  readonly positions: readonly number[];
  readonly liveUntilMs: number;
}

export interface ShadowStores {
  /** Empty; never visible to reads. @throws Unavailable `storage-full`. */
  open(): Promise<ShadowStore>;
  /** Empty. @throws Conflict while one is being prepared or caught up; Unavailable `storage-full`. */
  openNext(): Promise<NextStore>;
  /** @throws NotFound when there is none; Conflict as `openNext`. */
  openPrevious(): Promise<PreviousStore>;
  /** Removes it, once nobody reads it any more. @throws NotFound when there is none; Conflict while it is caught up. */
  dropPrevious(): Promise<void>;
}
