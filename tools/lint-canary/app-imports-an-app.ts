// as apps/standalone/src/canary.ts
// refused by boundaries/dependencies
import { canary as other } from '../../cli/src/main.js';

export const canary = other;
