import { afterAll, describe } from '@jest/globals';
import { eventLogContract, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { openSqlite, type Sqlite } from './open-sqlite.js';

removeTemporaryDirectories();
const opened: Sqlite[] = [];
afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  eventLogContract(
    async () => {
      const sqlite = openSqlite(where(), { log: { uncommittedPauseMs: 5 } });
      opened.push(sqlite);
      return sqlite.log;
    },
    { compaction: 'at-once' },
  );
});
