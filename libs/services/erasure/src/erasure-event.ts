import { type ErasureStepTaken, TOPICS } from '@mneme/events';
import { type Erasure, type ErasureStepNote, partitionOf, subjectCommitmentOf } from '@mneme/domain';
import type { LogAppend } from '@mneme/ports';
import type { ErasureRun } from './erasure-run.js';

/**
 * Publishes the newest note of an erasure; the fence's brings the request along, which is not published before it is
 * known to stand. Published again after a crash it is the same record: same key, same bytes.
 */
export async function publishNote(run: ErasureRun): Promise<void> {
  const { erasure, ports } = run;
  const last = erasure.steps.length - 1;
  const first = erasure.steps[last]?.step === 'fenced' ? 0 : last;
  const commitment = subjectCommitmentOf(await ports.vault.commitmentKey(), erasure.subjectId, erasure.epoch);
  const partition = partitionOf(erasure.subjectId, ports.log.partitionCount);
  const events = erasure.steps.slice(first).map((note, i) => eventOf(erasure, { note, index: first + i, commitment }));
  await ports.log.append(events.map((event) => appendOf(event, partition)));
}

/** Pure: the same record of the journal gives the same event. `index` is the note's position, from 0. */
export function eventOf(
  erasure: Erasure,
  { note, index, commitment }: { readonly note: ErasureStepNote; readonly index: number; readonly commitment: string },
): ErasureStepTaken {
  const verdict = verdictAt(erasure, note);
  return {
    type: 'erasure-step-taken',
    v: 1,
    erasureId: erasure.erasureId,
    sequence: index + 1,
    tenantId: erasure.tenantId,
    subjectCommitment: commitment,
    epoch: erasure.epoch,
    step: note.step,
    takenAt: note.takenAt,
    legalBasis: erasure.legalBasis,
    requestedBy: erasure.requestedBy,
    dueAt: erasure.dueAt,
    counts: note.counts.map((count) => ({ ...count })),
    ...(note.barrier === undefined ? {} : { barrier: { ...note.barrier } }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

// From the note alone where it can be, so that what a later step finds does not alter an earlier event.
function verdictAt(erasure: Erasure, note: ErasureStepNote): Erasure['verdict'] {
  if (note.step === 'verified') return erasure.verdict;
  const isIncident = note.step === 'swept-again' && note.counts.some(({ count }) => count > 0);
  return isIncident ? 'incident' : undefined;
}

// Without the subject's id: this topic is kept for ever and names a person by the commitment alone.
function appendOf(event: ErasureStepTaken, partition: number): LogAppend {
  const key = `${event.erasureId}/${event.sequence}`;
  return { topic: TOPICS.erasures.name, partition, key, value: JSON.stringify(event) };
}
