import { afterAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, subjectTopicsContract, temporaryDirectory } from '@mneme/testing';
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
  subjectTopicsContract(async () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite;
  });
});

describe('the count of a subject in SQLite', () => {
  it('is read from an index alone', () => {
    const db = openDatabase(':memory:', { migrations: LOG_MIGRATIONS });
    new SqliteLogTables(db, 4);
    const plan = db
      .prepare(
        `EXPLAIN QUERY PLAN SELECT count(*) FROM "mneme.memories.v1/0"
         WHERE subject = ? AND subject IS NOT NULL AND value IS NOT NULL`,
      )
      .all(Buffer.alloc(32)) as readonly { readonly detail: string }[];
    expect(plan.map(({ detail }) => detail).join()).toMatch(/SEARCH .* USING (COVERING )?INDEX/);
    db.close();
  });
});
