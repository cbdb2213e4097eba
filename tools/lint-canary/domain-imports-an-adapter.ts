// as libs/domain/src/canary.ts
// refused by boundaries/dependencies
import { SqliteDatabase } from '@mneme/sqlite';

export const database = SqliteDatabase;
