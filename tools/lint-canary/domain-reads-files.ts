// as libs/domain/src/canary.ts
// refused by no-restricted-imports
import { readFileSync } from 'node:fs';

export const text = readFileSync('canary', 'utf8');
