import type { ErasureStepTaken } from '@mneme/events';
import type { Erasure, ErasureStepNote } from '@mneme/domain';
import type { LoggedErasure } from '@mneme/platform';

/** The journal's record as `erasures` tells it, on top of what the journal knows of the steps before. */
export function erasureOf(
  { erasureId, steps, last }: LoggedErasure,
  { subjectId, known }: { readonly subjectId: Erasure['subjectId']; readonly known: Erasure | undefined },
): Erasure {
  const [first = last] = steps;
  const before = (known?.steps ?? []).slice(0, first.sequence - 1);
  const verdict = steps.findLast((step) => step.verdict !== undefined)?.verdict ?? known?.verdict;
  const barrier = steps.findLast((step) => step.barrier !== undefined)?.barrier ?? known?.barrier;
  return {
    erasureId,
    tenantId: last.tenantId,
    subjectId,
    epoch: last.epoch,
    legalBasis: last.legalBasis,
    requestedBy: last.requestedBy,
    requestedAt: known?.requestedAt ?? first.takenAt,
    dueAt: last.dueAt,
    step: last.step,
    steps: [...before, ...steps.map(noteOf)],
    ...(known?.probes === undefined || last.step === 'verified' ? {} : { probes: known.probes }),
    ...(barrier === undefined ? {} : { barrier }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

function noteOf({ step, takenAt, counts, barrier }: ErasureStepTaken): ErasureStepNote {
  return { step, takenAt, counts, ...(barrier === undefined ? {} : { barrier }) };
}
