// as libs/services/ingest/src/canary.ts
// refused by boundaries/dependencies
import * as sqlite from '@mneme/sqlite';

export const canary = sqlite;
