import type { ErasureCount } from '@mneme/events';
import { type ErasureVerdict, Unavailable } from '@mneme/domain';
import type { ErasureRun } from '../erasure-run.js';
import { reportIncident } from '../incident.js';
import { isZero, livingCounts, restingCounts } from './counts.js';
import { openProbes, type Probes } from './probes.js';
import { countThroughReads } from './read-path.js';
import type { Step } from './step.js';
import { sweepToZero } from './sweep.js';

/** Looks everywhere, below the fence and through it, for what was there before. */
export const verify: Step = {
  async take(run) {
    const probes = await openProbes(run);
    const found = await look(run, probes);
    if (!isZero(found)) reportIncident(run, 'verified', found);
    const verdict = verdictOf(run, { probes, found });
    return { state: 'taken', counts: [...found, ...(await restingCounts(run))], patch: { verdict } };
  },

  /** An erasure ends with zero or not at all: after an incident everything is swept and looked at once more. */
  async settle(run) {
    if (run.erasure.verdict === 'incident') {
      await sweepToZero(run);
      if (!isZero(await look(run, await openProbes(run))))
        throw new Unavailable('an erased subject can still be found');
    }
    await run.ports.journal.destroyProbeKey(run.erasure.erasureId);
    await run.save({ probes: undefined });
  },
};

/** Per store the greater of its count and the probes found in it; then `memories`, and the reads as a whole. */
async function look(run: ErasureRun, probes: Probes): Promise<readonly ErasureCount[]> {
  const { tenantId } = run.subject;
  const found = new Map<string, number>();
  for (const store of run.ports.stores) {
    const ids = probes[store.storeName] ?? [];
    if (ids.length > 0) found.set(store.storeName, (await store.findIds(tenantId, ids)).length);
  }
  const living = await livingCounts(run);
  const inPlaces = living.map(({ place, count }) => ({ place, count: Math.max(count, found.get(place) ?? 0) }));
  const ids = [...new Set(Object.values(probes).flat())];
  return [...inPlaces, { place: 'reads', count: await countThroughReads(run, ids) }];
}

function verdictOf(
  run: ErasureRun,
  { probes, found }: { readonly probes: Probes; readonly found: readonly ErasureCount[] },
): ErasureVerdict {
  if (run.erasure.verdict === 'incident' || !isZero(found)) return 'incident';
  return Object.keys(probes).length === 0 ? 'NO_BASELINE' : 'clean';
}
