import type { SchemaArea } from './migrate.js';

/** What is administered, journaled and reserved. */
export const CONTROL_SCHEMA: SchemaArea = { area: 'control', migrations: [] };
