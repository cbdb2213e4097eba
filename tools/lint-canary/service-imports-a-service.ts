// as libs/services/ingest/src/canary.ts
// refused by boundaries/dependencies
import * as retrieval from '@mneme/retrieval-service';

export const canary = retrieval;
