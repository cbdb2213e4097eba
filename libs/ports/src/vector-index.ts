import type { MemoryId, MemoryKind, SessionKey, SubjectId } from '@mneme/events';
import type { IndexEntry, ReadScope } from '@mneme/domain';
import type { MemoryFilter } from './catalogue.js';

/** An entry with the unit vectors of its chunks, at least one. */
export interface IndexedMemory extends IndexEntry {
  readonly vectors: readonly Float32Array[];
}

/** Filters applied inside the engine's query, beside the scope. */
export interface IndexFilter extends MemoryFilter {
  /** Vectors of another model are never compared: they are not found. */
  readonly model: string;
  readonly confidenceMin: number;
  /** Memories that expire at or before are left out, epoch ms. */
  readonly nowMs: number;
}

export interface IndexHit {
  readonly memoryId: MemoryId;
  readonly version: number;
  readonly subjectId: SubjectId;
  readonly epoch: number;
  readonly tenantId: ReadScope['tenantId'];
  readonly audience: ReadScope['audiences'][number];
  readonly departmentId?: ReadScope['departmentIds'][number];
  readonly sessionKey: SessionKey;
  readonly kind: MemoryKind;
  readonly occurredAtMs: number;
  readonly recordedAt: number;
  readonly confidence: number;
  readonly speakerTerms: readonly number[];
  /** Raw score of the leg: cosine of the best chunk, or BM25. */
  readonly score: number;
}

/**
 * Vectors and blind terms with their filter fields, no text. Reads see the highest version of each memory.
 * The scope is a filter inside the engine's query. Another tenant's records change no score and no rank.
 */
export interface VectorIndex {
  /** By (memoryId): a lower version than the one there is ignored. Idempotent; durable when it resolves. */
  upsert(memories: readonly IndexedMemory[]): Promise<void>;
  /** Removes memories whose version is at most the one named; idempotent. */
  remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void>;
  /** Best `limit` by cosine of the best chunk, descending; ties by recordedAt descending, then id. */
  searchDense(scope: ReadScope, query: DenseQuery, filter: IndexFilter): Promise<readonly IndexHit[]>;
  /**
   * Best `limit` by BM25 over the blind terms, descending; only memories with at least one of the terms.
   * Document counts, frequencies and mean length are those of the readable set (before the filter).
   */
  searchLexical(scope: ReadScope, query: LexicalQuery, filter: IndexFilter): Promise<readonly IndexHit[]>;
  /** Cosine of the best chunk for readable memories of the model; absent or unreadable ones are left out. */
  cosines(
    scope: ReadScope,
    query: { readonly vector: Float32Array; readonly memoryIds: readonly MemoryId[]; readonly model: string },
  ): Promise<ReadonlyMap<MemoryId, number>>;
}

export interface DenseQuery {
  readonly vector: Float32Array;
  /** At most 1,000. */
  readonly limit: number;
}

export interface LexicalQuery {
  /** Blind terms, distinct. */
  readonly terms: readonly number[];
  /** At most 1,000. */
  readonly limit: number;
}
