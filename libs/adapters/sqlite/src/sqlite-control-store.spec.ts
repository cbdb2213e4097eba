import { controlStoreContract, inMemoryAndOnFile } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => controlStoreContract(async () => open().controlStore));
