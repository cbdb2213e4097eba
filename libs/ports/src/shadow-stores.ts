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

export interface ShadowStores {
  /** Empty; never visible to reads. @throws Unavailable `storage-full`. */
  open(): Promise<ShadowStore>;
}
