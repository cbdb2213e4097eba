import type { MemoryId, SourceId, TenantId } from '@mneme/events';
import type { IndexEntry, ReadScope, SubjectRef, TenantRef } from '@mneme/domain';
import type {
  AuditableStore,
  DenseQuery,
  ErasableStore,
  IndexedMemory,
  IndexFilter,
  IndexHit,
  LexicalQuery,
  VectorIndex,
} from '@mneme/ports';
import { cosinesOf, type DenseParts, requireDimensions, searchDense } from './dense-search.js';
import { requireHits } from './index-hits.js';
import { requireTerms, searchLexical } from './lexical-search.js';
import type { ModelCollections } from './model-collections.js';
import { type NamedVersion, PointWriter } from './point-writer.js';
import { ScopeCounts } from './scope-counts.js';
import { SubjectSweep } from './subject-sweep.js';
import { entriesOfTenant } from './tenant-pages.js';

export interface QdrantVectorIndexParts extends DenseParts {
  readonly collections: ModelCollections;
}

/** The vector index on Qdrant: one point a memory, in the collection of its embedding model. */
export class QdrantVectorIndex implements VectorIndex, ErasableStore, AuditableStore {
  readonly storeName = 'vector-index';
  private readonly counts: ScopeCounts;
  private readonly writer: PointWriter;
  private readonly sweep: SubjectSweep;

  constructor(private readonly parts: QdrantVectorIndexParts) {
    const { connection, collections, limits } = parts;
    this.counts = new ScopeCounts(connection, limits);
    this.writer = new PointWriter(connection, collections, limits);
    this.sweep = new SubjectSweep(connection, collections, limits);
  }

  async upsert(memories: readonly IndexedMemory[]): Promise<void> {
    if (memories.length > 0) await this.writer.upsert(memories);
  }

  async remove(versions: readonly NamedVersion[]): Promise<void> {
    if (versions.length > 0) await this.writer.remove(versions);
  }

  async searchDense(scope: ReadScope, query: DenseQuery, filter: IndexFilter): Promise<readonly IndexHit[]> {
    requireHits(query.limit);
    const { collections } = this.parts;
    const collection = await collections.find(filter.model);
    if (collection === undefined) return [];
    requireDimensions(collection.dimensions, query.vector.length);
    return collections.use(collection, () => searchDense(this.parts, collection, { scope, query, filter }));
  }

  async searchLexical(scope: ReadScope, query: LexicalQuery, filter: IndexFilter): Promise<readonly IndexHit[]> {
    requireHits(query.limit);
    requireTerms(query.terms);
    const { collections } = this.parts;
    const collection = await collections.find(filter.model);
    if (collection === undefined) return [];
    const parts = { ...this.parts, counts: this.counts };
    return collections.use(collection, () => searchLexical(parts, collection, { scope, query, filter }));
  }

  async cosines(
    scope: ReadScope,
    query: { readonly vector: Float32Array; readonly memoryIds: readonly MemoryId[]; readonly model: string },
  ): Promise<ReadonlyMap<MemoryId, number>> {
    const { collections } = this.parts;
    const collection = query.memoryIds.length === 0 ? undefined : await collections.find(query.model);
    if (collection === undefined) return new Map();
    requireDimensions(collection.dimensions, query.vector.length);
    return collections.use(collection, () => cosinesOf(this.parts, collection, { scope, ...query }));
  }

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweep.countSubject(subject, belowEpoch);
  }

  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    this.counts.forget();
    return this.sweep.eraseSubject(subject, belowEpoch);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    this.counts.forget();
    return this.sweep.eraseSources(subject, sourceIds, belowEpoch);
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    return limit === 0 ? [] : this.sweep.probeIds(subject, limit);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return this.sweep.findIds(tenantId, ids);
  }

  async *records(tenant: TenantRef): AsyncIterable<IndexEntry> {
    const { collections, connection, limits } = this.parts;
    const { pageRecordsMax } = limits;
    for (const collection of await collections.list()) {
      yield* entriesOfTenant(connection, collection, { tenant, pageRecordsMax });
    }
  }
}
