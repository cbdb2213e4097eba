import { inMemoryAndOnFile, usageStoreContract } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => usageStoreContract(async () => open().usageStore));
