import { Corrupt } from '@mneme/domain';

export type SqlValue = string | number | Uint8Array | null;

/** One field of a record and the column that holds it; a JSON column holds what SQL has no type for. */
export interface RecordColumn {
  readonly name: string;
  readonly field: string;
  readonly isJson?: boolean;
}

/** Turns records into rows of columns and back; an absent field is NULL, and NULL an absent field. */
export class RecordColumns<T extends object> {
  /** `a, b, c`, for an INSERT or a SELECT. */
  readonly list: string;
  /** `?, ?, ?`. */
  readonly marks: string;

  constructor(readonly columns: readonly RecordColumn[]) {
    this.list = columns.map(({ name }) => name).join(', ');
    this.marks = columns.map(() => '?').join(', ');
  }

  valuesOf(record: T): SqlValue[] {
    const fields = record as Readonly<Record<string, unknown>>;
    return this.columns.map(({ field, isJson }) => {
      const value = fields[field];
      if (value === undefined) return null;
      return isJson === true ? JSON.stringify(value) : (value as SqlValue);
    });
  }

  /** From the values of a row in the order of `list`; further values are left alone. @throws Corrupt. */
  recordOf(row: readonly SqlValue[]): T {
    const record: Record<string, unknown> = {};
    this.columns.forEach(({ name, field, isJson }, index) => {
      const value = row[index] as SqlValue;
      if (value === null) return;
      record[field] = isJson === true ? jsonOf(name, value as string) : value;
    });
    return record as T;
  }
}

function jsonOf(column: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Corrupt('a column of a record is not JSON', { field: column });
  }
}
