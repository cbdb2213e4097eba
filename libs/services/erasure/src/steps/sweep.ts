import { TOPICS } from '@mneme/events';
import { LimitExceeded, partitionOf, Unavailable } from '@mneme/domain';
import type { LogAppend, SubjectKey } from '@mneme/ports';
import type { ErasureRun } from '../erasure-run.js';
import { isZero, livingCounts, restingCounts } from './counts.js';
import type { Step } from './step.js';

/** Deletes from every store, and notes what is left: zero there, and sealed records on topics that time empties. */
export const sweep: Step = {
  async take(run) {
    await sweepToZero(run);
    return { state: 'taken', counts: [...(await livingCounts(run)), ...(await restingCounts(run))] };
  },
};

/** @throws Unavailable when records keep coming in: the erasure tries again, and never goes on without a zero. */
export async function sweepToZero(run: ErasureRun): Promise<void> {
  const { sweepRoundsMax } = run.config;
  for (let round = 0; round < sweepRoundsMax; round += 1) {
    run.signal.throwIfAborted();
    await buryMemories(run);
    for (const store of run.ports.stores) await store.eraseSubject(run.subject, run.erasure.epoch);
    if (isZero(await livingCounts(run))) return;
  }
  throw new Unavailable('records of an erased subject keep coming in', { limit: `sweepRoundsMax=${sweepRoundsMax}` });
}

/** A tombstone under every living key on `memories`. */
async function buryMemories(run: ErasureRun): Promise<void> {
  const { pageRecordsMax: limit, pagesMax } = run.config;
  let afterOffset: number | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    run.signal.throwIfAborted();
    const after = afterOffset === undefined ? {} : { afterOffset };
    const keys = await run.ports.topics.keys(TOPICS.memories.name, run.subject, { ...after, limit });
    if (keys.length === 0) return;
    await run.ports.log.append(keys.map((key) => tombstoneOf(run, key)));
    afterOffset = keys.at(-1)?.offset;
  }
  throw new LimitExceeded('a subject has more memories than one pass buries', { limit: `pagesMax=${pagesMax}` });
}

function tombstoneOf({ subject: { subjectId }, ports }: ErasureRun, { key }: SubjectKey): LogAppend {
  const partition = partitionOf(subjectId, ports.log.partitionCount);
  return { topic: TOPICS.memories.name, partition, key, value: null, subjectId };
}
