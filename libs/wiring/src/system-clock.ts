import type { Clock } from '@mneme/ports';

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };
