import { afterAll, describe, expect, it } from '@jest/globals';
import { memoryVersionsContract, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { openDatabase } from './database.js';
import { openSqlite, type Sqlite } from './open-sqlite.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  const opened: Sqlite[] = [];
  afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));
  memoryVersionsContract(async () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite;
  });
});

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
