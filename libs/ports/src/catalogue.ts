import type { MemoryId, MemoryKind, SessionKey, SourceId, TurnId } from '@mneme/events';
import type { CatalogueRow, ReadScope } from '@mneme/domain';

/** A projection of `memories`, as it notes how far it has come. */
export type ProjectionName = 'catalogue' | 'vector-index' | 'fact-graph';

export interface Watermark {
  readonly partition: number;
  /** Turns below this offset are in the projection, or failed, or were dropped. */
  readonly turnsOffset: number;
}

/** Every field given must fit; within a field any of its values does, and none of no values. */
export interface MemoryFilter {
  readonly kinds?: readonly MemoryKind[];
  readonly flags?: readonly string[];
  readonly sessionKeys?: readonly SessionKey[];
  readonly agentIds?: readonly string[];
  readonly teamIds?: readonly string[];
  readonly sourceIds?: readonly SourceId[];
  /** `occurredAt`, epoch ms: from (inclusive) and to (exclusive). */
  readonly occurredFromMs?: number;
  readonly occurredToMs?: number;
}

export interface ListPage {
  readonly filter: MemoryFilter;
  /** Only memories that have not expired by then, epoch ms. */
  readonly nowMs: number;
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: { readonly occurredAtMs: number; readonly recordedAt: number; readonly memoryId: MemoryId };
}

/** One row a memory version; reads see the highest version of each memory. The one home of text, which is sealed. */
export interface Catalogue {
  /** Adds or replaces by (memoryId, version). Idempotent; durable when it resolves. */
  upsert(rows: readonly CatalogueRow[]): Promise<void>;
  /** Removes versions by id; idempotent. */
  remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void>;
  /** Readable memories of these ids, in no order; what is absent or not readable is left out alike. */
  get(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<readonly CatalogueRow[]>;
  /** Newest first by (occurredAt, recordedAt, memoryId) descending. */
  list(scope: ReadScope, page: ListPage): Promise<readonly CatalogueRow[]>;

  /**
   * Notes how far a projection has come, after its store's ack; never moves back. `failed` turns are kept so that a
   * waiting caller hears of them.
   */
  noteWatermark(projection: ProjectionName, watermark: Watermark, failed: readonly TurnId[]): Promise<void>;
  /** By partition; partitions never noted are absent. */
  watermarks(projection: ProjectionName): Promise<readonly Watermark[]>;
  /** Which of the turns failed. */
  failedTurns(turnIds: readonly TurnId[]): Promise<readonly TurnId[]>;
}
