import { afterAll, describe } from '@jest/globals';
import { accessCountsContract, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { openSqlite, type Sqlite } from './open-sqlite.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  const opened: Sqlite[] = [];
  afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));
  accessCountsContract(async () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite;
  });
});
