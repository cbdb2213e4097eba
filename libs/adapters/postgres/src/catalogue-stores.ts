import type { EventLog } from '@mneme/ports';
import type { Database } from './database.js';

/** The home of text, what is counted and surveyed in it, and the versions that the log holds. */
export function catalogueOn(_database: Database, _log: EventLog) {
  return {};
}
