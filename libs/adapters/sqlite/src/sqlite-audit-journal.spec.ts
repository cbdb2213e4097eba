import { auditJournalContract, inMemoryAndOnFile, webhookStoreContract } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => {
  auditJournalContract(async () => open().auditJournal);
  webhookStoreContract(async () => {
    const { webhookStore: store, controlStore } = open();
    return { store, controlStore };
  });
});
