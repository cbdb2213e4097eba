// as apps/cli/src/canary.ts
// refused by boundaries/dependencies
import * as platform from '@mneme/platform';

export const canary = platform;
