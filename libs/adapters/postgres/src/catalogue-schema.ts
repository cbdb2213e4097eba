import type { SchemaArea } from './migrate.js';

/** Memories, their access counts and watermarks, and the versions that the log has of them. */
export const CATALOGUE_SCHEMA: SchemaArea = { area: 'catalogue', migrations: [] };
