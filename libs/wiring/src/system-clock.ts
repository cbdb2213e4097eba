import type { Clock } from '@mneme/ports';

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** Of what only lasts: nobody sets it. */
export const monotonicClock: Clock = { nowMs: () => performance.now() };
