import type { MemoryId, TurnId } from '@mneme/events';
import type { CatalogueRow, ReadScope, TenantRef } from '@mneme/domain';
import type { AuditableStore, Catalogue, ListPage, ProjectionName, Watermark } from '@mneme/ports';
import { CATALOGUE_COLUMNS as ROW } from './catalogue-columns.js';
import { CATALOGUE_READS as READ, CATALOGUE_WRITES as WRITE } from './catalogue-statements.js';
import { type CatalogueLimits, DEFAULT_CATALOGUE_LIMITS } from './catalogue-limits.js';
import { CatalogueSweep } from './catalogue-sweep.js';
import type { Database } from './database.js';
import { filterValues } from './memory-filter.js';
import { checkMemoryId, FIRST_MEMORY_ID, memoryIdsAmong } from './memory-ids.js';
import { type NamedStatement, type NamedValues, valuesFor } from './named-statements.js';
import { scopeValues } from './scope-predicate.js';
import { Watermarks } from './watermarks.js';

/** The catalogue in one table. Access statistics have columns of their own, which no record and no digest sees. */
export class PostgresCatalogue extends CatalogueSweep implements Catalogue, AuditableStore {
  private readonly marks: Watermarks;
  private readonly limits: CatalogueLimits;

  constructor(
    private readonly db: Database,
    limits: Partial<CatalogueLimits> = {},
  ) {
    const all = { ...DEFAULT_CATALOGUE_LIMITS, ...limits };
    super(db);
    this.limits = all;
    this.marks = new Watermarks(db, all.failedTurnsMax);
  }

  async upsert(rows: readonly CatalogueRow[]): Promise<void> {
    const chunks = [...chunksOf(inOrder(rows), this.limits.writeRowsMax)].map((chunk) => ROW.arraysOf(chunk));
    await this.writeAll(chunks.map((arrays) => [WRITE.put, ...arrays]));
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    const chunks = [...chunksOf(versions, this.limits.writeRowsMax)];
    await this.writeAll(
      chunks.map((chunk) => [WRITE.remove, chunk.map(({ memoryId }) => memoryId), chunk.map(({ version }) => version)]),
    );
  }

  async get(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<readonly CatalogueRow[]> {
    const ids = memoryIdsAmong(memoryIds);
    if (ids.length === 0) return [];
    return this.select(READ.get, { ...scopeValues(scope), memoryIds: ids });
  }

  async list(
    scope: ReadScope,
    { filter, nowMs, limit, after = BEFORE_ALL }: ListPage,
  ): Promise<readonly CatalogueRow[]> {
    return this.select(READ.list, {
      ...scopeValues(scope),
      ...filterValues(filter),
      afterOccurredAtMs: after.occurredAtMs,
      afterRecordedAt: after.recordedAt,
      afterMemoryId: after.memoryId,
      nowMs,
      limit,
    });
  }

  async noteWatermark(projection: ProjectionName, watermark: Watermark, failed: readonly TurnId[]): Promise<void> {
    await this.marks.note(projection, watermark, failed);
  }

  async watermarks(projection: ProjectionName): Promise<readonly Watermark[]> {
    return this.marks.of(projection);
  }

  async failedTurns(turnIds: readonly TurnId[]): Promise<readonly TurnId[]> {
    return this.marks.failedAmong(turnIds);
  }

  async *records({ tenantId }: TenantRef): AsyncIterable<CatalogueRow> {
    const limit = this.limits.pageRows;
    for (let after: RecordPlace = BEFORE_RECORDS; ;) {
      const { subjectId, sourceId, memoryId, version } = after;
      const page = await this.select(READ.records, { tenantId, subjectId, sourceId, memoryId, version, limit });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return;
      after = last;
    }
  }

  private async select(statement: NamedStatement, values: NamedValues): Promise<readonly CatalogueRow[]> {
    const rows = await this.db.all(statement, ...valuesFor(statement, values));
    return rows.map((row) => ROW.recordOf(row));
  }

  private async writeAll(writes: readonly Parameters<Database['run']>[]): Promise<void> {
    const [only, ...more] = writes;
    if (only === undefined) return;
    if (more.length === 0) return void (await this.db.run(...only));
    await this.db.transaction(async (queries) => {
      for (const write of writes) await queries.run(...write);
    });
  }
}

type RecordPlace = Readonly<Record<'subjectId' | 'sourceId' | 'memoryId', string>> & { readonly version: number };

const BEFORE_RECORDS: RecordPlace = { subjectId: '', sourceId: '', memoryId: FIRST_MEMORY_ID, version: -1 };
const BEFORE_ALL: Required<ListPage>['after'] = {
  occurredAtMs: 8.64e15 + 1,
  recordedAt: 0,
  memoryId: FIRST_MEMORY_ID as MemoryId,
};

/** Each version once, the last given; by key, so that two writers never wait for each other crosswise. */
function inOrder(rows: readonly CatalogueRow[]): readonly CatalogueRow[] {
  const byKey = new Map<string, CatalogueRow>();
  for (const row of rows) {
    checkMemoryId(row.memoryId);
    byKey.set(`${row.tenantId}/${row.memoryId}/${row.version}`, row);
  }
  return [...byKey.values()].sort(
    (a, b) => compare(a.tenantId, b.tenantId) || compare(a.memoryId, b.memoryId) || compare(a.version, b.version),
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function* chunksOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
