import { resolve } from 'node:path';
import { openSqlite, type SharedOpening } from '@mneme/sqlite';
import type { EngineSet } from './engine-set.js';
import type { EmbeddedConfig } from './engines.config.js';
import type { Stores } from './stores.js';

/** SQLite files in one data directory, for this process alone. */
export function openEmbedded({ dataDirectory }: EmbeddedConfig, shared?: SharedOpening): EngineSet<Stores> {
  const sqlite = openSqlite(dataDirectory, shared === undefined ? {} : { shared });
  return {
    stores: sqlite,
    places: resolve(dataDirectory),
    vectorModels: () => sqlite.vectorModels(),
    join: (port) => sqlite.join(port),
    // A file that cannot be read says so where it is read; there is no connection to lose.
    check: async () => [],
    close: () => sqlite.close(),
  };
}
