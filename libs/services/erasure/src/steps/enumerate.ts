import { livingCounts, restingCounts } from './counts.js';
import { takeProbes } from './probes.js';
import type { Step } from './step.js';

/** Counts what there is, and notes ids to look for afterwards. */
export const enumerate: Step = {
  async take(run) {
    const counts = [...(await livingCounts(run)), ...(await restingCounts(run))];
    return { state: 'taken', counts, patch: { probes: await takeProbes(run) } };
  },
};
