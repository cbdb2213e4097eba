import type { SchemaArea } from './migrate.js';

/** Which process is the active one of its kind. */
export const LEASE_SCHEMA: SchemaArea = {
  area: 'leases',
  migrations: [
    `CREATE TABLE leases (
       name text COLLATE "C" PRIMARY KEY, holder text NOT NULL, held_until timestamptz NOT NULL
     )`,
  ],
};
