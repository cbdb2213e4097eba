import type { Value } from './database.js';

export type ColumnType = 'uuid' | 'text' | 'bigint' | 'double precision' | 'jsonb';

/** One field of a record and the column that holds it. */
export interface RecordColumn {
  readonly name: string;
  readonly field: string;
  readonly type: ColumnType;
}

/** Turns records into columns and rows back into records; an absent field is NULL, and NULL an absent field. */
export class RecordColumns<T extends object> {
  readonly names: readonly string[];
  /** `a, b`, for an INSERT. */
  readonly list: string;
  private readonly fields: readonly string[];

  constructor(readonly columns: readonly RecordColumn[]) {
    this.names = columns.map(({ name }) => name);
    this.list = this.names.join(', ');
    this.fields = columns.map(({ field }) => field);
  }

  /** `own.a AS "a", own.b AS "b"`: columns of a table as fields of a row. */
  of(table: string): string {
    return this.columns.map(({ name, field }) => `${table}.${name} AS "${field}"`).join(', ');
  }

  /** `unnest($1::uuid[], …) AS alias (a, …)`: the values of `arraysOf` as a table. */
  unnested(alias: string): string {
    const arrays = this.columns.map(({ type }, at) => `$${at + 1}::${type}[]`);
    return `unnest(${arrays.join(', ')}) AS ${alias} (${this.list})`;
  }

  /** One array a column. */
  arraysOf(records: readonly T[]): readonly Value[] {
    return this.columns.map(({ field, type }) =>
      records.map((record) => {
        const value = (record as Readonly<Record<string, unknown>>)[field];
        if (value === undefined) return null;
        return type === 'jsonb' ? JSON.stringify(value) : (value as string | number);
      }),
    );
  }

  /** From a row whose fields are named as `of` names them. */
  recordOf(row: object): T {
    const record: Record<string, unknown> = {};
    const values = row as Readonly<Record<string, unknown>>;
    for (const field of this.fields) if (values[field] !== null) record[field] = values[field];
    return record as T;
  }
}
