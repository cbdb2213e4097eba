import { type Database, guard, type Statement } from './database.js';
import { BLOCK_COLUMNS, type BlockRow, type EntryBlock, entryBlockOf } from './entry-block.js';
import { segmentPredicate } from './scope-predicate.js';
import { BLOCK_ROWS_MAX, type SegmentId } from './scope-segment.js';

const FIRST_ROWS = 256;
const ROWS_MIN = 16;
const BLOCK_BYTES = 2 * 1024 * 1024;

export interface BlockPage {
  /** Absent when there was nothing more. */
  readonly block?: EntryBlock;
  readonly isLast: boolean;
}

/** Reads the entries of one segment from SQLite in blocks of a bounded size. */
export class BlockReader {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly db: Database) {}

  /** What follows `after`, in the order of entry ids; from the start when it is absent. */
  read(id: SegmentId, after: EntryBlock | undefined): BlockPage {
    const { sql, values } = segmentPredicate(id.tenantId, id.audience);
    const limit = after === undefined ? FIRST_ROWS : rowsLike(after);
    const afterId = after === undefined ? 0 : (after.entryIds[after.rows - 1] as number);
    const rows = guard(() => this.statementOf(sql).all({ ...values, model: id.model, afterId, limit }));
    const isLast = rows.length < limit;
    if (rows.length === 0) return { isLast };
    return { block: entryBlockOf(id.tenantId, id.audience, rows as unknown as readonly BlockRow[]), isLast };
  }

  private statementOf(where: string): Statement {
    const known = this.statements.get(where);
    if (known !== undefined) return known;
    const sql = `SELECT ${BLOCK_COLUMNS} FROM vector_entries INDEXED BY vector_entries_by_audience
      WHERE ${where} AND model = :model AND entry_id > :afterId ORDER BY entry_id LIMIT :limit + 0`;
    const statement = this.db.prepare(sql, { returnArrays: true });
    this.statements.set(where, statement);
    return statement;
  }
}

// Long texts have many vectors: the next block takes as many rows as fill it, going by the last.
function rowsLike({ rows, bytes }: EntryBlock): number {
  return Math.min(BLOCK_ROWS_MAX, Math.max(ROWS_MIN, Math.floor((BLOCK_BYTES * rows) / bytes)));
}
