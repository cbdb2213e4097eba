import { inMemoryAndOnFile, issuerStoreContract } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) =>
  issuerStoreContract(async () => {
    const { issuerStore: issuers, controlStore } = open();
    return { issuers, controlStore };
  }),
);
