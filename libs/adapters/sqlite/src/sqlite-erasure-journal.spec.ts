import { erasureJournalContract, inMemoryAndOnFile } from '@mneme/testing';
import { openSqlite } from './open-sqlite.js';

inMemoryAndOnFile(openSqlite, (open) => erasureJournalContract(async () => open().erasureJournal));
