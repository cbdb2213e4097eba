import { setImmediate as nextTurn } from 'node:timers/promises';
import { TOPICS } from '@mneme/events';
import type { EventLog, LogRecord } from '@mneme/ports';

const PAGE_RECORDS_MAX = 500;

/** The records of one partition of `memories` from `offset` to below `end`, in pages; yields to other work between. */
export async function* memoryPages(
  log: EventLog,
  { partition, offset, end }: { readonly partition: number; readonly offset: number; readonly end: number },
): AsyncGenerator<readonly LogRecord[]> {
  let next = offset;
  while (next < end) {
    const from = { topic: TOPICS.memories.name, partition, offset: next };
    const page = (await log.read(from, PAGE_RECORDS_MAX)).filter((record) => record.offset < end);
    const last = page.at(-1);
    if (last === undefined) return;
    next = last.offset + 1;
    yield page;
    await nextTurn();
  }
}
