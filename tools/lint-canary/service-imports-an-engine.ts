// as libs/services/ingest/src/canary.ts
// refused by no-restricted-imports
import { DatabaseSync } from '@photostructure/sqlite';

export const canary = DatabaseSync;
