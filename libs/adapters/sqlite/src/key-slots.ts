import { type Database, inTransaction, truncateWal } from './database.js';
import { Statements } from './statements.js';

/**
 * Wrapped keys and one-off keys, each in a row that is overwritten in place and never deleted. Call `put` and `replace`
 * inside of a transaction.
 */
export class KeySlots {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
  }

  /** Stores a key and answers its slot. */
  put(key: Uint8Array): number {
    return Number(this.statements.of('put').run(key).lastInsertRowid);
  }

  replace(slot: number, key: Uint8Array): void {
    this.statements.of('replace').run(key, slot);
  }

  /**
   * Overwrites with zeros the keys that `slotsOf` answers, after it has made its own changes in the same transaction, and
   * empties the write-ahead log: the bytes are in no file when it returns. It empties the log also when there was nothing
   * left to overwrite, because an earlier call may have ended before it came so far.
   */
  destroy(slotsOf: () => readonly number[]): void {
    inTransaction(this.db, () => {
      for (const slot of slotsOf()) this.statements.of('overwrite').run(slot);
    });
    truncateWal(this.db);
  }
}

const SQL = {
  put: 'INSERT INTO key_slots (key) VALUES (?)',
  replace: 'UPDATE key_slots SET key = ? WHERE slot = ?',
  overwrite: 'UPDATE key_slots SET key = zeroblob(length(key)) WHERE slot = ?',
} as const;
