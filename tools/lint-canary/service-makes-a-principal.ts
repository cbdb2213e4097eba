// as libs/services/ingest/src/canary.ts
// refused by no-restricted-imports
import { createPrincipal } from '@mneme/domain';

export const canary = createPrincipal;
