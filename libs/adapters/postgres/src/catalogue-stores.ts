import type { EventLog } from '@mneme/ports';
import type { Database } from './database.js';
import { PostgresAccessCounts } from './postgres-access-counts.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { PostgresMemorySurvey } from './postgres-memory-survey.js';
import { PostgresMemoryVersions } from './postgres-memory-versions.js';

/** The home of text, what is counted and surveyed in it, and the versions that the log holds. */
export function catalogueOn(database: Database, log: Pick<EventLog, 'read' | 'endOffsets'>) {
  return {
    catalogue: new PostgresCatalogue(database),
    accessCounts: new PostgresAccessCounts(database),
    memorySurvey: new PostgresMemorySurvey(database),
    memoryVersions: new PostgresMemoryVersions(database, log),
  };
}
