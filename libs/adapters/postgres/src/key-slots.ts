import type { Database, Queries } from './database.js';
import { statementsOf } from './statements.js';

/**
 * Wrapped keys and one-off keys, each in a row that is overwritten and never deleted. A row overwritten leaves its last
 * version on its page until the page is put in order; then the version that took its place, of the same size and beside
 * it, is moved onto its very bytes. `destroy` has that done before it resolves, unless a transaction elsewhere in the
 * database is so old that it could still read the last version; then whoever puts the table in order next does it.
 */
export class KeySlots {
  constructor(private readonly database: Database) {}

  /** Stores a key and answers its slot. */
  async put(queries: Queries, key: Uint8Array): Promise<number> {
    const row = await queries.get<{ readonly slot: number }>(SQL.put, key);
    if (row === undefined) throw new Error('a row that was inserted did not come back');
    return row.slot;
  }

  async replace(queries: Queries, slot: number, key: Uint8Array): Promise<void> {
    await queries.run(SQL.replace, slot, key);
  }

  /**
   * Overwrites with zeros the keys that `slotsOf` answers, after it has made its own changes in the same transaction. The
   * table is put in order also when there was nothing left to overwrite, because an earlier call may have ended before.
   */
  async destroy(slotsOf: (queries: Queries) => Promise<readonly number[]>): Promise<void> {
    await this.database.transaction(async (queries) => {
      const slots = await slotsOf(queries);
      if (slots.length > 0) await queries.run(SQL.overwrite, slots);
    });
    await this.database.run(VACUUM);
  }
}

const SQL = statementsOf('keySlots', {
  put: `INSERT INTO key_slots (slot, key) VALUES (nextval('key_slot_numbers'), $1) RETURNING slot`,
  replace: 'UPDATE key_slots SET key = $2 WHERE slot = $1',
  overwrite: `UPDATE key_slots SET key = decode(repeat('00', length(key)), 'hex') WHERE slot = ANY ($1::bigint[])`,
});

// Versions that took the place of others on one page have no entries in the index that would have to go.
const VACUUM = { text: 'VACUUM (INDEX_CLEANUP OFF, TRUNCATE OFF) key_slots' };
