import type { Database } from './database.js';

/** What is administered and journaled. */
export function controlOn(_database: Database) {
  return {};
}
