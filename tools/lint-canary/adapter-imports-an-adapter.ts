// as libs/adapters/sqlite/src/canary.ts
// refused by boundaries/dependencies
import * as embedder from '@mneme/static-embedder';

export const canary = embedder;
