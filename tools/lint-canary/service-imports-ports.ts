// as libs/services/ingest/src/canary.ts
// accepted
import { CATALOGUE } from '@mneme/ports';

export const canary = CATALOGUE;
