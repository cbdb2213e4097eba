// as libs/platform/src/auth-guard-canary.ts
// accepted
import { createPrincipal } from '@mneme/domain';

export const canary = createPrincipal;
