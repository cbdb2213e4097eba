import { describe, expect, it } from '@jest/globals';
import { inMemoryAndOnFile, subjectTopicsContract } from '@mneme/testing';
import { openDatabase } from './database.js';
import { openSqlite } from './open-sqlite.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';

inMemoryAndOnFile(openSqlite, (open) => subjectTopicsContract(async () => open()));

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
