import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import { type Database, guard, inTransaction, type Statement } from './database.js';
import type { SqlValue } from './record-columns.js';
import { TimeSlice } from './time-slice.js';

// One DELETE of this many rows takes a few milliseconds; an erasure of more gives way to the event loop in between.
const SLICE_ROWS = 500;

export interface SweptTable {
  readonly table: string;
  /** The table's integer key. */
  readonly key: string;
  /** Where tenant and subject of its rows stand, when not in the table itself. */
  readonly joined?: string;
  /** The column whose ids are looked for after a sweep. */
  readonly idColumn: string;
  readonly sourceColumn: string;
  /** What `erased` hears of each deleted row. */
  readonly returning: string;
}

/** Called after each slice, with the returned columns of its rows. */
export type Erased = (rows: readonly (readonly SqlValue[])[]) => void;

/** What erasure does to one table, always by tenant, subject and epoch, along the index by subject. */
export class SubjectSweep {
  private readonly statements: Readonly<Record<'count' | 'erase' | 'eraseSources' | 'probe' | 'find', Statement>>;

  constructor(
    private readonly db: Database,
    private readonly swept: SweptTable,
    private readonly erased: Erased = () => undefined,
  ) {
    const { idColumn } = swept;
    const from = `FROM ${this.joined}`;
    const find = `SELECT DISTINCT ${idColumn} ${from}
      WHERE tenant_id = ? AND ${idColumn} IN (SELECT value FROM json_each(?))`;
    this.statements = {
      count: db.prepare(`SELECT count(*) ${from} WHERE ${this.where}`, { returnArrays: true }),
      erase: db.prepare(this.deletion(this.where), { returnArrays: true }),
      eraseSources: db.prepare(this.deletion(`${this.where} AND ${this.isOfSource}`), { returnArrays: true }),
      probe: db.prepare(`SELECT DISTINCT ${idColumn} ${from} WHERE tenant_id = ? AND subject_id = ? LIMIT ? + 0`, {
        returnArrays: true,
      }),
      find: db.prepare(find, { returnArrays: true }),
    };
  }

  countSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): number {
    return guard(() => rowsOf(this.statements.count, tenantId, subjectId, belowEpoch))[0]?.[0] as number;
  }

  eraseSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    return this.eraseAll(this.statements.erase, [tenantId, subjectId, belowEpoch]);
  }

  eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    const values = [subject.tenantId, subject.subjectId, belowEpoch, JSON.stringify(sourceIds)];
    return this.eraseAll(this.statements.eraseSources, values);
  }

  probeIds({ tenantId, subjectId }: SubjectRef, limit: number): readonly string[] {
    return guard(() => rowsOf(this.statements.probe, tenantId, subjectId, limit)).map(([id]) => id as string);
  }

  findIds(tenantId: TenantId, ids: readonly string[]): readonly string[] {
    return guard(() => rowsOf(this.statements.find, tenantId, JSON.stringify(ids))).map(([id]) => id as string);
  }

  private async eraseAll(statement: Statement, values: readonly SqlValue[]): Promise<number> {
    const slice = new TimeSlice();
    for (let count = 0; ;) {
      const rows = inTransaction(this.db, () => rowsOf(statement, ...values, SLICE_ROWS));
      this.erased(rows);
      count += rows.length;
      if (rows.length < SLICE_ROWS) return count;
      if (slice.isUsedUp) await slice.giveWay();
    }
  }

  private deletion(where: string): string {
    const { table, key, returning } = this.swept;
    return `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${this.joined} WHERE ${where} LIMIT ? + 0) RETURNING ${returning}`;
  }

  private get joined(): string {
    return this.swept.joined ?? this.swept.table;
  }

  private get where(): string {
    return 'tenant_id = ? AND subject_id = ? AND epoch < ?';
  }

  private get isOfSource(): string {
    return `${this.swept.sourceColumn} IN (SELECT value FROM json_each(?))`;
  }
}

function rowsOf(statement: Statement, ...values: readonly SqlValue[]): readonly (readonly SqlValue[])[] {
  return statement.all(...values) as unknown as readonly (readonly SqlValue[])[];
}
