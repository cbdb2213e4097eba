import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { SqliteCatalogue } from './sqlite-catalogue.js';
import { SqliteFactGraph } from './sqlite-fact-graph.js';
import { SqliteVectorIndex, type SqliteVectorIndexOptions } from './sqlite-vector-index.js';
import { storeMigrations } from './store-schema.js';

/** The projections of one file. */
export interface OpenStore {
  readonly file: string;
  readonly db: Database;
  readonly catalogue: SqliteCatalogue;
  readonly vectorIndex: SqliteVectorIndex;
  readonly factGraph: SqliteFactGraph;
}

export interface OpenStoreOptions {
  readonly database?: Partial<DatabaseOptions>;
  readonly vectorIndex?: SqliteVectorIndexOptions | undefined;
}

/** @throws what `openDatabase` throws. */
export function openStore(file: string, { database, vectorIndex }: OpenStoreOptions = {}): OpenStore {
  const db = openDatabase(file, { migrations: storeMigrations, ...database });
  return {
    file,
    db,
    catalogue: new SqliteCatalogue(db),
    vectorIndex: new SqliteVectorIndex(db, vectorIndex),
    factGraph: new SqliteFactGraph(db),
  };
}
