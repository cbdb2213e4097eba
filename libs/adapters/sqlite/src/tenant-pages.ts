import { Corrupt, type TenantRef } from '@mneme/domain';
import { type Database, guard } from './database.js';
import type { SqlValue } from './record-columns.js';
import { TimeSlice } from './time-slice.js';

const PAGE_ROWS = 500;

export interface TenantTable {
  readonly table: string;
  /** The table's integer key. */
  readonly key: string;
  /** Columns of a record. */
  readonly columns: string;
  /** What else to select, behind them. */
  readonly more?: string;
}

// Below every row, whatever somebody has written into the file.
const BEFORE_ALL: readonly SqlValue[] = ['', '', -Infinity, 0];

/** Every row of a tenant, as arrays of the selected columns. @throws Corrupt as `pagesOfTenant`. */
export async function* rowsOfTenant(
  db: Database,
  table: TenantTable,
  tenant: TenantRef,
): AsyncGenerator<readonly SqlValue[]> {
  for await (const page of pagesOfTenant(db, table, tenant)) for (const { row } of page) yield row;
}

export interface KeyedRow {
  readonly key: number;
  /** The selected columns. */
  readonly row: readonly SqlValue[];
}

/**
 * The same in the pages in which they are read, along the index by subject.
 * @throws Corrupt when a text holds a zero byte: the engine's binding reads it up to there, and what follows goes unseen.
 */
export async function* pagesOfTenant(
  db: Database,
  { table, key, columns, more }: TenantTable,
  tenant: TenantRef,
): AsyncGenerator<readonly KeyedRow[]> {
  const statement = db.prepare(
    `SELECT subject_id, source_id, epoch, ${key}, instr(concat(${columns}), char(0)), ${columns}${more === undefined ? '' : `, ${more}`}
      FROM ${table} INDEXED BY ${table}_by_subject
      WHERE tenant_id = ? AND (subject_id, source_id, epoch, ${key}) > (?, ?, ?, ?)
      ORDER BY subject_id, source_id, epoch, ${key} LIMIT ${PAGE_ROWS}`,
    { returnArrays: true },
  );
  const slice = new TimeSlice();
  let after = BEFORE_ALL;
  for (;;) {
    const page = guard(() => statement.all(tenant.tenantId, ...after)) as unknown as readonly (readonly SqlValue[])[];
    yield page.map(keyedRowOf);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.slice(0, 4);
    if (slice.isUsedUp) await slice.giveWay();
  }
}

function keyedRowOf([, , , key, zeroByte, ...row]: readonly SqlValue[]): KeyedRow {
  if (zeroByte !== 0) throw new Corrupt('a text in the database holds a zero byte');
  return { key: key as number, row };
}
