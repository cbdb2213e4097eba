import { describe, expect, it } from '@jest/globals';
import { inMemoryAndOnFile, memoryVersionsContract } from '@mneme/testing';
import { openDatabase } from './database.js';
import { openSqlite } from './open-sqlite.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';

inMemoryAndOnFile(openSqlite, (open) => memoryVersionsContract(async () => open()));

describe('a look at the versions of a memory in SQLite', () => {
  it('goes by the index of keys', () => {
    const db = openDatabase(':memory:', { migrations: LOG_MIGRATIONS });
    new SqliteLogTables(db, 4);
    const plan = db
      .prepare(
        `EXPLAIN QUERY PLAN SELECT value FROM "mneme.memories.v1/0"
         WHERE key >= ? AND key < ? AND value IS NOT NULL ORDER BY key`,
      )
      .all('a/', 'a0') as readonly { readonly detail: string }[];
    expect(plan.map(({ detail }) => detail).join()).toMatch(/SEARCH .* USING INDEX "?mneme.memories.v1\/0\/key/);
    db.close();
  });
});
