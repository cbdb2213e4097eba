// as libs/adapters/sqlite/src/canary.spec.ts
// accepted
import * as testing from '@mneme/testing';

export const canary = testing;
