import { type ErasureStepTaken, ErasureStepTakenV1, TOPICS } from '@mneme/events';
import type { Erasure, ErasureStepNote } from '@mneme/domain';
import type { EventLog } from '@mneme/ports';
import { parsedJson } from '@mneme/platform';

/** What `erasures` says of one erasure; the steps in their order, each once. */
export interface LoggedErasure {
  readonly erasureId: string;
  readonly steps: readonly ErasureStepTaken[];
  readonly last: ErasureStepTaken;
}

const PAGE_RECORDS_MAX = 500;

/** The erasures that have a record on `erasures` from `starts` to below `ends`, those of a lower epoch first. */
export async function loggedErasures(
  log: Pick<EventLog, 'read'>,
  { starts, ends }: { readonly starts: readonly number[]; readonly ends: readonly number[] },
): Promise<readonly LoggedErasure[]> {
  const found = new Map<string, Map<number, ErasureStepTaken>>();
  for (const [partition, end] of ends.entries()) {
    for (let offset = starts[partition] ?? 0; offset < end;) {
      const page = await log.read({ topic: TOPICS.erasures.name, partition, offset }, PAGE_RECORDS_MAX);
      for (const { value } of page) {
        if (value === null) continue;
        const event = parsedJson(ErasureStepTakenV1, value);
        const steps = found.get(event.erasureId) ?? new Map<number, ErasureStepTaken>();
        found.set(event.erasureId, steps.set(event.sequence, event));
      }
      const last = page.at(-1);
      if (last === undefined) break;
      offset = last.offset + 1;
    }
  }
  return [...found].map(loggedOf).sort((a, b) => a.last.epoch - b.last.epoch);
}

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

function loggedOf([erasureId, bySequence]: readonly [string, ReadonlyMap<number, ErasureStepTaken>]): LoggedErasure {
  const steps = [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
  return { erasureId, steps, last: steps.at(-1) as ErasureStepTaken };
}

function noteOf({ step, takenAt, counts, barrier }: ErasureStepTaken): ErasureStepNote {
  return { step, takenAt, counts, ...(barrier === undefined ? {} : { barrier }) };
}
