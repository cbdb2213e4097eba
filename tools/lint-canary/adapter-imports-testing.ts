// as libs/adapters/sqlite/src/canary.ts
// refused by boundaries/dependencies
import * as testing from '@mneme/testing';

export const canary = testing;
