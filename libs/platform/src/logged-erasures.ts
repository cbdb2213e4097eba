import { type ErasureStepTaken, ErasureStepTakenV1, TOPICS } from '@mneme/events';
import type { EventLog } from '@mneme/ports';
import { parsedJson } from './record-json.js';

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

function loggedOf([erasureId, bySequence]: readonly [string, ReadonlyMap<number, ErasureStepTaken>]): LoggedErasure {
  const steps = [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
  return { erasureId, steps, last: steps.at(-1) as ErasureStepTaken };
}
