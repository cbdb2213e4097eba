// as libs/services/ingest/src/canary.ts
// refused by boundaries/dependencies
import { CATALOGUE } from '../../../ports/src/tokens.js';

export const canary = CATALOGUE;
