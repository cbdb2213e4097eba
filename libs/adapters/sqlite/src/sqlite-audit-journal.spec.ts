import { afterAll, describe } from '@jest/globals';
import {
  auditJournalContract,
  removeTemporaryDirectories,
  temporaryDirectory,
  webhookStoreContract,
} from '@mneme/testing';
import { openSqlite, type Sqlite } from './open-sqlite.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', temporaryDirectory],
])('%s', (_, where) => {
  const opened: Sqlite[] = [];
  afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));
  const open = () => {
    const sqlite = openSqlite(where());
    opened.push(sqlite);
    return sqlite;
  };
  auditJournalContract(async () => open().auditJournal);
  webhookStoreContract(async () => {
    const { webhookStore: store, controlStore } = open();
    return { store, controlStore };
  });
});
