import { accessCountsContract, inMemoryAndOnFile } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => accessCountsContract(async () => open()));
