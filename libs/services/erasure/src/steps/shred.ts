import { Corrupt, isMemoryError } from '@mneme/domain';
import type { ErasureRun } from '../erasure-run.js';
import { rowOf } from './fence.js';
import { type Step, TAKEN } from './step.js';

/** Destroys the data key: the pivot, after which nothing can be undone. A hold set since the fence stops it here. */
export const shred: Step = {
  async take(run) {
    try {
      await run.ports.registry.destroyKey(run.subject, run.erasure.epoch);
    } catch (error) {
      if (!isMemoryError(error) || error.code !== 'legal-hold') throw error;
      return { state: 'waiting', reason: { kind: 'legal-hold' } };
    }
    run.ports.keyring.forget(run.subject.tenantId, run.subject.subjectId);
    await requireDestroyed(run);
    return TAKEN;
  },

  /** No process holds the key for longer than this. */
  settle: (run) => run.wait(run.config.keyCacheMs),
};

async function requireDestroyed(run: ErasureRun): Promise<void> {
  const row = await rowOf(run);
  const isDestroyed = row?.state === 'fenced' && row.epoch === run.erasure.epoch && row.wrappedKey === null;
  if (!isDestroyed) throw new Corrupt('the key of an erasure is still there, or its fence is gone');
}
