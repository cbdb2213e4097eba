import type { SubjectId, TopicDefinition, TopicName } from '@mneme/events';
import type { LogAppend, LogRecord, SubjectCount, SubjectKey } from '@mneme/ports';
import type { Database } from './database.js';
import { Statements } from './statements.js';

/** Rows fetched at a time while a read fills its bytes. */
const CHUNK_RECORDS = 100;

/** One partition of one topic: a table whose row ids are the offsets. All of it synchronous. */
export class SqliteLogPartition {
  readonly topic: TopicName;
  readonly partition: number;
  private readonly statements: Statements<StatementName>;

  constructor(
    db: Database,
    private readonly definition: TopicDefinition,
    partition: number,
  ) {
    this.partition = partition;
    this.topic = definition.name as TopicName;
    const table = `"${definition.name}/${partition}"`;
    const isCompacted = definition.retention.policy === 'compact';
    create(db, table, isCompacted);
    this.statements = new Statements(db, statementsOf(table, isCompacted));
  }

  /** The offset that the next record gets, as the file has it: another thread may append too. */
  get endOffset(): number {
    return (this.statements.of('end').get(this.topic, this.partition) as { readonly offset: number }).offset;
  }

  /** Writes one record at `offset`; on a compacted topic it takes the place of what stood under its key. */
  insert(append: LogAppend, offset: number, appendedAtMs: number): void {
    const subject = append.subjectId === undefined ? null : subjectBytes(append.subjectId);
    this.statements.of('insert').run(offset, append.key, append.value, subject, appendedAtMs);
  }

  /** Records from `fromOffset` on: at most `recordsMax`, and none after the one that passes `bytesMax`. */
  read(fromOffset: number, recordsMax: number, bytesMax: number): readonly LogRecord[] {
    const records: LogRecord[] = [];
    let next = fromOffset;
    let bytes = 0;
    while (records.length < recordsMax && bytes < bytesMax) {
      const chunkMax = Math.min(CHUNK_RECORDS, recordsMax - records.length);
      const rows = this.statements.of('read').all(next, chunkMax) as readonly Omit<LogRecord, 'topic' | 'partition'>[];
      for (const row of rows) {
        if (bytes >= bytesMax) break;
        records.push({ topic: this.topic, partition: this.partition, ...row });
        bytes += row.key.length + (row.value?.length ?? 0);
        next = row.offset + 1;
      }
      if (rows.length < chunkMax) break;
    }
    return records;
  }

  countSubject(subjectId: SubjectId): SubjectCount {
    const subject = subjectBytes(subjectId);
    const { count } = this.statements.of('countSubject').get(subject) as { readonly count: number };
    if (count === 0) return { count };
    return { count, ...(this.statements.of('lastOfSubject').get(subject) as { readonly lastAppendedAtMs: number }) };
  }

  subjectKeys(subjectId: SubjectId, afterOffset: number, limit: number): readonly SubjectKey[] {
    const rows = this.statements.of('subjectKeys').all(subjectBytes(subjectId), afterOffset, limit) as SubjectKey[];
    return rows.map(({ key, offset }) => ({ key, offset }));
  }

  /** Records with a value whose key begins with the prefix, by key; of a compacted topic alone. */
  readKeys(prefix: string): readonly LogRecord[] {
    const rows = this.statements.of('readKeys').all(prefix, `${prefix}\u{10FFFF}`) as readonly Omit<
      LogRecord,
      'topic' | 'partition'
    >[];
    return rows.map((row) => ({ topic: this.topic, partition: this.partition, ...row }));
  }

  /** Whether a record or a tombstone stands under the key; of a compacted topic alone. */
  hasKey(key: string): boolean {
    return this.statements.of('hasKey').get(key) !== undefined;
  }

  subjects(after: SubjectId | undefined, limit: number): readonly SubjectId[] {
    const from = after === undefined ? new Uint8Array() : subjectBytes(after);
    const rows = this.statements.of('subjects').all(from, limit) as readonly { readonly subject: Uint8Array }[];
    return rows.map(({ subject }) => Buffer.from(subject).toString('hex') as SubjectId);
  }

  /**
   * Deletes at most `recordsMax` records below `belowOffset` whose time has come, the oldest first; answers how many.
   * On a compacted topic only tombstones go.
   */
  expire(nowMs: number, belowOffset: number, recordsMax: number): number {
    const { retention } = this.definition;
    switch (retention.policy) {
      case 'keep':
        return 0;
      case 'delete':
        return this.expirePrefix(nowMs - retention.retentionMs, belowOffset, recordsMax);
      case 'compact':
        return this.expireTombstones(nowMs - retention.tombstoneRetentionMs, belowOffset, recordsMax);
    }
  }

  private expireTombstones(beforeMs: number, belowOffset: number, recordsMax: number): number {
    return this.statements.of('expireTombstones').run(beforeMs, belowOffset, recordsMax).changes;
  }

  // A record goes only with all before it, so that the topic has no gaps even when the clock was set back.
  private expirePrefix(beforeMs: number, belowOffset: number, recordsMax: number): number {
    const rows = this.statements.of('oldest').all(belowOffset, recordsMax) as readonly { offset: number; at: number }[];
    const young = rows.findIndex(({ at }) => at >= beforeMs);
    const last = rows.at(young === -1 ? -1 : young - 1);
    if (young === 0 || last === undefined) return 0;
    return this.statements.of('deleteThrough').run(last.offset).changes;
  }
}

function subjectBytes(subjectId: SubjectId): Uint8Array {
  return Buffer.from(subjectId, 'hex');
}

function create(db: Database, table: string, isCompacted: boolean): void {
  const index = (suffix: string) => `"${table.slice(1, -1)}/${suffix}"`;
  db.exec(`CREATE TABLE IF NOT EXISTS ${table} (
    offset INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT, subject BLOB, appended_at_ms INTEGER NOT NULL
  ) STRICT`);
  db.exec(`CREATE INDEX IF NOT EXISTS ${index('subject')} ON ${table} (subject)
    WHERE subject IS NOT NULL AND value IS NOT NULL`);
  if (!isCompacted) return;
  db.exec(`CREATE UNIQUE INDEX IF NOT EXISTS ${index('key')} ON ${table} (key)`);
  db.exec(`CREATE INDEX IF NOT EXISTS ${index('tombstone')} ON ${table} (appended_at_ms) WHERE value IS NULL`);
}

type StatementName =
  | 'end'
  | 'insert'
  | 'read'
  | 'readKeys'
  | 'hasKey'
  | 'countSubject'
  | 'lastOfSubject'
  | 'subjectKeys'
  | 'subjects'
  | 'oldest'
  | 'deleteThrough'
  | 'expireTombstones';

function statementsOf(table: string, isCompacted: boolean): Record<StatementName, string> {
  const ofSubject = `FROM ${table} WHERE subject = ? AND subject IS NOT NULL AND value IS NOT NULL`;
  const replace = `ON CONFLICT (key) DO UPDATE SET offset = excluded.offset, value = excluded.value,
    subject = excluded.subject, appended_at_ms = excluded.appended_at_ms`;
  return {
    // Not below the floor, which stands for newest records that are gone.
    end: `SELECT max(coalesce((SELECT max(offset) + 1 FROM ${table}), 0), coalesce(
      (SELECT next_offset FROM floors WHERE topic = ? AND partition = ?), 0)) AS offset`,
    insert: `INSERT INTO ${table} (offset, key, value, subject, appended_at_ms) VALUES (?, ?, ?, ?, ?)
      ${isCompacted ? replace : ''}`,
    read: `SELECT offset, key, value, appended_at_ms AS appendedAtMs FROM ${table}
      WHERE offset >= ? ORDER BY offset LIMIT ? + 0`,
    readKeys: `SELECT offset, key, value, appended_at_ms AS appendedAtMs FROM ${table}
      WHERE key >= ? AND key < ? AND value IS NOT NULL ORDER BY key`,
    hasKey: `SELECT 1 FROM ${table} WHERE key = ?`,
    countSubject: `SELECT count(*) AS count ${ofSubject}`,
    lastOfSubject: `SELECT appended_at_ms AS lastAppendedAtMs ${ofSubject} ORDER BY offset DESC LIMIT 1`,
    subjectKeys: `SELECT key, offset ${ofSubject} AND offset > ? ORDER BY offset LIMIT ? + 0`,
    subjects: `SELECT DISTINCT subject FROM ${table}
      WHERE subject > ? AND subject IS NOT NULL AND value IS NOT NULL ORDER BY subject LIMIT ? + 0`,
    oldest: `SELECT offset, appended_at_ms AS at FROM ${table} WHERE offset < ? ORDER BY offset LIMIT ? + 0`,
    deleteThrough: `DELETE FROM ${table} WHERE offset <= ?`,
    expireTombstones: `DELETE FROM ${table} WHERE offset IN (SELECT offset FROM ${table}
      WHERE value IS NULL AND appended_at_ms < ? AND offset < ? ORDER BY appended_at_ms LIMIT ? + 0)`,
  };
}
