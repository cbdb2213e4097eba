import type { MemoryId, SourceId, TenantId } from '@mneme/events';
import { type IndexEntry, LimitExceeded, type ReadScope, type SubjectRef, type TenantRef } from '@mneme/domain';
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
import { BestHits } from './best-hits.js';
import { BlockReader } from './block-reader.js';
import { type Database, guard } from './database.js';
import { bestCosine, queryVectorOf, scanDense } from './dense-scan.js';
import { LexicalStatistics, QueryTerms, scanLexical } from './lexical-scan.js';
import { Link } from './link.js';
import { withReadableSet, type ScanSources } from './readable-set.js';
import type { SqlValue } from './record-columns.js';
import { RowFilter } from './row-filter.js';
import { ScanGate } from './scan-gate.js';
import type { SegmentId } from './scope-segment.js';
import { SegmentCache } from './segment-cache.js';
import { SubjectSweep } from './subject-sweep.js';
import { rowsOfTenant } from './tenant-pages.js';
import {
  type EntryChange,
  indexEntryColumns,
  indexEntryOfRow,
  requireDimensions,
  VectorEntries,
} from './vector-entries.js';

export interface SqliteVectorIndexOptions {
  /** Bound of the segments kept in memory; a scope that needs more by itself is read from the file each time. */
  readonly cacheBytesMax?: number;
  /** The other thread that writes the same file. */
  readonly link?: Link;
  /** Opens the file once more, for a scan that a linked thread's writes must not disturb. */
  readonly openAgain?: () => Database;
}

const CACHE_BYTES_MAX = 256 * 1024 * 1024;
const HITS_MAX = 1_000;
const TERMS_MAX = 65_535;
const TABLE = { table: 'vector_entries', key: 'entry_id' };

/**
 * The vector index on `store.db`: an exact scan inside the scope, over segments kept in memory. Two may be open on one
 * file only when they are linked: neither would hear of the other's writes.
 */
export class SqliteVectorIndex implements VectorIndex, ErasableStore, AuditableStore {
  readonly storeName = 'vector-index';
  private readonly entries: VectorEntries;
  private readonly sweep: SubjectSweep;
  private readonly sources: ScanSources;
  private readonly link: Link;

  constructor(
    private readonly db: Database,
    options: SqliteVectorIndexOptions = {},
  ) {
    const reader = new BlockReader(db);
    const cache = new SegmentCache(reader, options.cacheBytesMax ?? CACHE_BYTES_MAX);
    this.link = options.link ?? new Link();
    this.link.on('entries', ({ changes, isErasure }) => this.hear(changes, isErasure));
    const snapshot = snapshotsOf(reader, options.openAgain);
    this.sources = { reader, cache, gate: new ScanGate(), catchUp: () => this.link.catchUp(), snapshot };
    this.entries = new VectorEntries(db);
    this.sweep = new SubjectSweep(
      db,
      { ...TABLE, idColumn: 'memory_id', sourceColumn: 'source_id', returning: 'entry_id, tenant_id, audience, model' },
      (rows) => this.noteErased(rows),
    );
  }

  /** Bytes that the segments in memory take, about. */
  get cachedBytes(): number {
    return this.sources.cache.bytes;
  }

  async upsert(memories: readonly IndexedMemory[]): Promise<void> {
    if (memories.length > 0) await this.write(() => this.entries.upsert(memories));
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    if (versions.length > 0) await this.write(() => this.entries.remove(versions));
  }

  async searchDense(scope: ReadScope, query: DenseQuery, filter: IndexFilter): Promise<readonly IndexHit[]> {
    requireLimit('hitsMax', HITS_MAX, query.limit);
    requireDimensions(this.entries.dimensions(filter.model), query.vector.length);
    const best = new BestHits(query.limit);
    const search = { query: queryVectorOf(query.vector), filter: new RowFilter(scope, filter), best };
    return withReadableSet(this.sources, { scope, model: filter.model }, async (scan) => {
      await scan((block, change) => scanDense(block, change, search));
      return best.ranked();
    });
  }

  async searchLexical(scope: ReadScope, query: LexicalQuery, filter: IndexFilter): Promise<readonly IndexHit[]> {
    requireLimit('hitsMax', HITS_MAX, query.limit);
    requireLimit('termsMax', TERMS_MAX, query.terms.length);
    if (query.terms.length === 0) return [];
    const best = new BestHits(query.limit);
    const search = { query: new QueryTerms(query.terms), filter: new RowFilter(scope, filter), best };
    const statistics = new LexicalStatistics(search.query, search.filter);
    return withReadableSet(this.sources, { scope, model: filter.model }, async (scan) => {
      await scan((block, change) => statistics.count(block, change));
      const counted = { ...search, frequencies: statistics.frequencies(), meanLength: statistics.meanLength };
      await scan((block, change) => scanLexical(block, change, counted));
      return best.ranked();
    });
  }

  async cosines(
    scope: ReadScope,
    query: { readonly vector: Float32Array; readonly memoryIds: readonly MemoryId[]; readonly model: string },
  ): Promise<ReadonlyMap<MemoryId, number>> {
    const cosines = new Map<MemoryId, number>();
    if (query.memoryIds.length === 0) return cosines;
    requireDimensions(this.entries.dimensions(query.model), query.vector.length);
    const wanted = new Set(query.memoryIds);
    const vector = queryVectorOf(query.vector);
    const filter = new RowFilter(scope);
    await withReadableSet(this.sources, { scope, model: query.model }, (scan) =>
      scan((block, change) => {
        const { readable } = filter.maskOf(block);
        block.memoryIds.forEach((memoryId, row) => {
          if (!wanted.has(memoryId) || readable[block.facetOf[row] as number] === 0) return;
          if ((block.deadAt[row] as number) <= change || !filter.accepts(block, row)) return;
          cosines.set(memoryId, bestCosine(block, row, vector));
        });
      }),
    );
    return cosines;
  }

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweep.countSubject(subject, belowEpoch);
  }

  async eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sources.gate.write(() => this.sweep.eraseSubject(subject, belowEpoch));
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return this.sources.gate.write(() => this.sweep.eraseSources(subject, sourceIds, belowEpoch));
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    return this.sweep.probeIds(subject, limit);
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return this.sweep.findIds(tenantId, ids);
  }

  async *records(tenant: TenantRef): AsyncIterable<IndexEntry> {
    const table = { ...TABLE, ...indexEntryColumns() };
    for await (const row of rowsOfTenant(this.db, table, tenant)) yield indexEntryOfRow(row);
  }

  // The cache hears of a change in the same breath in which SQLite has it: no search can come in between.
  private write(change: () => readonly EntryChange[]): Promise<void> {
    return this.sources.gate.write(() => {
      const changes = change();
      this.hear(changes, false);
      this.link.tell({ type: 'entries', changes, isErasure: false });
    });
  }

  private noteErased(rows: readonly (readonly SqlValue[])[]): void {
    const changes = rows.map(([entryId, tenantId, audience, model]) => {
      return { ...({ tenantId, audience, model } as SegmentId), removed: [entryId as number], isAddedTo: false };
    });
    this.hear(changes, true);
    if (changes.length > 0) this.link.tell({ type: 'entries', changes, isErasure: true });
  }

  private hear(changes: readonly EntryChange[], isErasure: boolean): void {
    const { cache } = this.sources;
    for (const changed of changes) {
      if (isErasure) cache.noteErased(changed, changed.removed);
      else if (changed.removed.length > 0) cache.noteRemoved(changed, changed.removed);
      if (changed.isAddedTo) cache.noteAdded(changed);
    }
  }
}

function snapshotsOf(reader: BlockReader, openAgain: (() => Database) | undefined): ScanSources['snapshot'] {
  if (openAgain === undefined) return (work) => work(reader);
  return async (work) => {
    const db = openAgain();
    try {
      guard(() => db.exec('BEGIN; SELECT count(*) FROM vector_models'));
      return await work(new BlockReader(db));
    } finally {
      db.close();
    }
  };
}

function requireLimit(name: string, max: number, sent: number): void {
  if (sent <= max) return;
  throw new LimitExceeded(`more than ${name} was asked for`, { limit: `${name}=${max}`, sent: String(sent) });
}
