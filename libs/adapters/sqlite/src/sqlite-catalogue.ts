import type { MemoryId, TurnId } from '@mneme/events';
import type { CatalogueRow, ReadScope, TenantRef } from '@mneme/domain';
import type { AuditableStore, Catalogue, ListPage, ProjectionName, Watermark } from '@mneme/ports';
import { type Database, guard, inTransaction, type Statement } from './database.js';
import { filterPredicate } from './memory-filter.js';
import { RecordColumns, type SqlValue } from './record-columns.js';
import { type Predicate, scopePredicate } from './scope-predicate.js';
import { SubjectSweep } from './subject-sweep.js';
import { SweptStore } from './swept-store.js';
import { rowsOfTenant } from './tenant-pages.js';
import { Watermarks } from './watermarks.js';

export interface SqliteCatalogueOptions {
  /** Failed turns that are remembered, the newest. */
  readonly failedTurnsMax?: number;
}

/** The catalogue on `store.db`. Access statistics have columns of their own, which no record and no digest sees. */
export class SqliteCatalogue extends SweptStore implements Catalogue, AuditableStore {
  readonly storeName = 'catalogue';
  private readonly marks: Watermarks;
  private readonly put: Statement;
  private readonly removed: Statement;
  private readonly statements = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    options: SqliteCatalogueOptions = {},
  ) {
    const table = { table: 'catalogue', key: 'row_id', idColumn: 'memory_id', sourceColumn: 'source_id' };
    super(new SubjectSweep(db, { ...table, returning: 'row_id' }));
    this.marks = new Watermarks(db, options.failedTurnsMax);
    this.put = db.prepare(PUT_SQL);
    this.removed = db.prepare('DELETE FROM catalogue WHERE memory_id = ? AND version = ?');
  }

  async upsert(rows: readonly CatalogueRow[]): Promise<void> {
    if (rows.length === 0) return;
    inTransaction(this.db, () => {
      for (const row of rows) this.put.run(...ROW.valuesOf(row));
    });
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    if (versions.length === 0) return;
    inTransaction(this.db, () => {
      for (const { memoryId, version } of versions) this.removed.run(memoryId, version);
    });
  }

  async get(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<readonly CatalogueRow[]> {
    if (memoryIds.length === 0) return [];
    const readable = scopePredicate(scope);
    const sql = `SELECT ${ROW.list} FROM catalogue AS own INDEXED BY catalogue_by_memory
      WHERE memory_id IN (SELECT value FROM json_each(:memoryIds)) AND ${readable.sql} AND ${IS_HIGHEST}`;
    return this.select({ sql, values: { ...readable.values, memoryIds: JSON.stringify(memoryIds) } });
  }

  async list(scope: ReadScope, page: ListPage): Promise<readonly CatalogueRow[]> {
    // One query an audience: each follows the order of the index and stops at the limit.
    const rows = scope.audiences.flatMap((audience) => this.select(pageQuery(scopePredicate(scope, audience), page)));
    return rows.sort(newestFirst).slice(0, page.limit);
  }

  async noteWatermark(projection: ProjectionName, watermark: Watermark, failed: readonly TurnId[]): Promise<void> {
    this.marks.note(projection, watermark, failed);
  }

  async watermarks(projection: ProjectionName): Promise<readonly Watermark[]> {
    return this.marks.of(projection);
  }

  async failedTurns(turnIds: readonly TurnId[]): Promise<readonly TurnId[]> {
    return this.marks.failedAmong(turnIds);
  }

  async *records(tenant: TenantRef): AsyncIterable<CatalogueRow> {
    const table = { table: 'catalogue', key: 'row_id', columns: ROW.list };
    for await (const row of rowsOfTenant(this.db, table, tenant)) yield ROW.recordOf(row);
  }

  private select({ sql, values }: Predicate): CatalogueRow[] {
    return guard(() => {
      let statement = this.statements.get(sql);
      if (statement === undefined) {
        statement = this.db.prepare(sql, { returnArrays: true });
        this.statements.set(sql, statement);
      }
      return (statement.all(values) as unknown as readonly (readonly SqlValue[])[]).map((row) => ROW.recordOf(row));
    });
  }
}

const ROW = new RecordColumns<CatalogueRow>([
  { name: 'memory_id', field: 'memoryId' },
  { name: 'version', field: 'version' },
  { name: 'tenant_id', field: 'tenantId' },
  { name: 'subject_id', field: 'subjectId' },
  { name: 'contributors', field: 'contributors', isJson: true },
  { name: 'department_id', field: 'departmentId' },
  { name: 'agent_id', field: 'agentId' },
  { name: 'team_id', field: 'teamId' },
  { name: 'session_key', field: 'sessionKey' },
  { name: 'source_id', field: 'sourceId' },
  { name: 'audience', field: 'audience' },
  { name: 'kind', field: 'kind' },
  { name: 'flags', field: 'flags', isJson: true },
  { name: 'source_class', field: 'sourceClass' },
  { name: 'trust', field: 'trust' },
  { name: 'confidence', field: 'confidence' },
  { name: 'importance', field: 'importance' },
  { name: 'occurred_at_ms', field: 'occurredAtMs' },
  { name: 'recorded_at', field: 'recordedAt' },
  { name: 'review_by_ms', field: 'reviewByMs' },
  { name: 'expires_at_ms', field: 'expiresAtMs' },
  { name: 'derived_from', field: 'derivedFrom', isJson: true },
  { name: 'epoch', field: 'epoch' },
  { name: 'sealed', field: 'sealed' },
]);

const names = ROW.columns.map(({ name }) => name);

// A record never takes the place of another tenant's, and one that is there already is not written again.
const PUT_SQL = `INSERT INTO catalogue (${ROW.list}) VALUES (${ROW.marks})
  ON CONFLICT (memory_id, version) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
  WHERE catalogue.tenant_id = excluded.tenant_id
    AND (${names.map((name) => `catalogue.${name}`).join(', ')}) IS NOT (${names.map((name) => `excluded.${name}`).join(', ')})`;

// Whether or not the reader may see the higher version: what was narrowed must not be read in its older form.
const IS_HIGHEST = `NOT EXISTS (SELECT 1 FROM catalogue AS higher
  WHERE higher.memory_id = own.memory_id AND higher.version > own.version AND higher.tenant_id = own.tenant_id)`;

const BEFORE_ALL = { occurredAtMs: 8.64e15 + 1, recordedAt: 0, memoryId: '' };

function pageQuery(readable: Predicate, page: ListPage): Predicate {
  const { nowMs, limit } = page;
  const wanted = filterPredicate(page.filter);
  const { occurredAtMs, recordedAt, memoryId } = page.after ?? BEFORE_ALL;
  const after = { afterOccurredAtMs: occurredAtMs, afterRecordedAt: recordedAt, afterMemoryId: memoryId };
  const sql = `SELECT ${ROW.list} FROM catalogue AS own INDEXED BY catalogue_by_audience
    WHERE ${readable.sql} AND ${wanted.sql} AND ${IS_HIGHEST}
      AND (expires_at_ms IS NULL OR expires_at_ms > :nowMs)
      AND (occurred_at_ms, recorded_at, memory_id) < (:afterOccurredAtMs, :afterRecordedAt, :afterMemoryId)
    ORDER BY occurred_at_ms DESC, recorded_at DESC, memory_id DESC LIMIT :limit + 0`;
  return { sql, values: { ...readable.values, ...wanted.values, ...after, nowMs, limit } };
}

function newestFirst(a: CatalogueRow, b: CatalogueRow): number {
  return b.occurredAtMs - a.occurredAtMs || b.recordedAt - a.recordedAt || (a.memoryId > b.memoryId ? -1 : 1);
}
