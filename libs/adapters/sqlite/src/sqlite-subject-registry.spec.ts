import { inMemoryAndOnFile, subjectRegistryContract } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => subjectRegistryContract(async () => open().subjectRegistry));
