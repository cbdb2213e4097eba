import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

export type Value = string | number | bigint | Uint8Array | null;

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
}

const BUSY_TIMEOUT_MS = 2_000;

/** `store.db` of a running service, changed behind its back as a hand with a SQL shell would, and put back as it was. */
export class StoreFile {
  private readonly db: DatabaseSyncInstance;
  private readonly saved = new Set<string>();

  constructor(dataDirectory: string) {
    this.db = new DatabaseSync(join(dataDirectory, 'store.db'), { timeout: BUSY_TIMEOUT_MS });
    // As in a shell: no row goes because another did.
    this.db.exec("PRAGMA foreign_keys = OFF; ATTACH ':memory:' AS saved");
  }

  close(): void {
    this.db.close();
  }

  tables(): readonly string[] {
    const sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    return this.db
      .prepare(sql)
      .all()
      .map(({ name }) => name as string);
  }

  columns(table: string): readonly Column[] {
    const rows = this.db.prepare(`PRAGMA main.table_info(${table})`).all();
    return rows.map(({ name, type, notnull }) => ({
      name: name as string,
      type: type as string,
      isNullable: notnull === 0,
    }));
  }

  count(table: string): number {
    return (this.db.prepare(`SELECT count(*) AS rows FROM main.${table}`).get() as { rows: number }).rows;
  }

  /** Values of one column, by rowid or primary key. */
  values(table: string, column: string): readonly Value[] {
    const statement = this.db.prepare(`SELECT ${column} AS value FROM ${table} ORDER BY 1`);
    return statement.all().map(({ value }) => value as Value);
  }

  /** Value of one row, now or as it was saved. */
  valueWhere(table: string, column: string, { key, is }: { key: string; is: Value }): Value {
    const statement = this.db.prepare(`SELECT ${column} AS value FROM ${table} WHERE ${key} = ?`);
    return (statement.get(is) as { readonly value: Value } | undefined)?.value ?? null;
  }

  /** Writes one value; how many rows it changed. */
  set(at: { table: string; column: string; key: string }, { key, value }: { key: Value; value: Value }): number {
    // The binding cuts a text at a zero byte; its bytes it leaves alone.
    const [mark, bound] = typeof value === 'string' ? ['CAST(? AS TEXT)', Buffer.from(value)] : ['?', value];
    return this.run(`UPDATE ${at.table} SET ${at.column} = ${mark} WHERE ${at.key} = ?`, bound, key);
  }

  /** How many rows a statement changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return Number(this.db.prepare(sql).run(...values).changes);
  }

  /** Takes an index away; gives the SQL that makes it again. */
  dropIndex(name: string): string {
    const row = this.db.prepare('SELECT sql FROM main.sqlite_schema WHERE name = ?').get(name);
    this.db.exec(`DROP INDEX main.${name}`);
    return (row as { sql: string }).sql;
  }

  /** Remembers the rows of all tables, or of those that are named. */
  save(tables: readonly string[] = this.tables()): void {
    for (const table of tables) {
      this.db.exec(`CREATE TABLE saved.${table} AS SELECT * FROM main.${table}`);
      this.saved.add(table);
    }
  }

  /** Puts every row back as it was when it was saved. */
  restore(): void {
    this.db.exec('BEGIN IMMEDIATE');
    for (const table of this.saved) {
      // What the engine makes of other columns cannot be written.
      const list = this.columns(table)
        .map(({ name }) => name)
        .join(', ');
      this.db.exec(`DELETE FROM main.${table}; INSERT INTO main.${table} (${list}) SELECT ${list} FROM saved.${table}`);
    }
    this.db.exec('COMMIT');
  }
}
