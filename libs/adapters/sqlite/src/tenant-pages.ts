import type { TenantRef } from '@mneme/domain';
import { type Database, guard } from './database.js';
import type { SqlValue } from './record-columns.js';
import { TimeSlice } from './time-slice.js';

const PAGE_ROWS = 500;

export interface TenantTable {
  readonly table: string;
  /** The table's integer key. */
  readonly key: string;
  /** What to select, the columns of a record first. */
  readonly columns: string;
}

/** Every row of a tenant, as arrays of the selected columns, read in pages along the index by subject. */
export async function* rowsOfTenant(
  db: Database,
  { table, key, columns }: TenantTable,
  tenant: TenantRef,
): AsyncGenerator<readonly SqlValue[]> {
  const statement = db.prepare(
    `SELECT subject_id, source_id, epoch, ${key}, ${columns} FROM ${table} INDEXED BY ${table}_by_subject
      WHERE tenant_id = ? AND (subject_id, source_id, epoch, ${key}) > (?, ?, ?, ?)
      ORDER BY subject_id, source_id, epoch, ${key} LIMIT ${PAGE_ROWS}`,
    { returnArrays: true },
  );
  const slice = new TimeSlice();
  let after: readonly SqlValue[] = ['', '', 0, 0];
  for (;;) {
    const page = guard(() => statement.all(tenant.tenantId, ...after)) as unknown as readonly (readonly SqlValue[])[];
    for (const row of page) yield row.slice(4);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.slice(0, 4);
    if (slice.isUsedUp) await slice.giveWay();
  }
}
