import { reportIncident } from '../incident.js';
import { isZero, livingCounts } from './counts.js';
import type { Step } from './step.js';
import { sweepToZero } from './sweep.js';

/** Looks again when every slow writer must have ended. What it finds is noted before it goes: it is an incident. */
export const sweepAgain: Step = {
  async take(run) {
    await run.wait(run.config.quietPeriodMs);
    const counts = await livingCounts(run);
    if (isZero(counts)) return { state: 'taken', counts };
    reportIncident(run, 'swept-again', counts);
    return { state: 'taken', counts, patch: { verdict: 'incident' } };
  },

  async settle(run) {
    if (run.erasure.verdict === 'incident') await sweepToZero(run);
  },
};
