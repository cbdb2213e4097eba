import type { ErasureCount } from '@mneme/events';
import type { ErasureRun } from './erasure-run.js';

/** Records came to light where there should be none: somebody has to look which writer passed the fence. */
export function reportIncident(run: ErasureRun, step: string, found: readonly ErasureCount[]): void {
  const { erasureId, tenantId } = run.erasure;
  run.ports.metrics.increment('mneme_erasure_incidents_total');
  const places = Object.fromEntries(found.filter(({ count }) => count > 0).map(({ place, count }) => [place, count]));
  run.ports.logger.error('records of an erased subject were found and are swept again', {
    erasureId,
    tenantId,
    step,
    places,
  });
}
