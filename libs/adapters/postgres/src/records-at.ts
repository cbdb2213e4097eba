import { type TopicName } from '@mneme/events';
import { Unavailable } from '@mneme/domain';
import type { LogRecord } from '@mneme/ports';
import type { ReadLog } from './memory-keys.js';

/** Records between two that are wanted, up to which both are read at once. */
const GAP_RECORDS_MAX = 16;
const PAGE_RECORDS_MAX = 500;

/**
 * The records at these offsets; what is no longer there is left out.
 * @throws Unavailable when the log gives nothing although it goes on behind: it cannot be told then what is there.
 */
export async function recordsAt(
  log: Pick<ReadLog, 'read'>,
  place: { readonly topic: TopicName; readonly partition: number },
  offsets: readonly number[],
): Promise<ReadonlyMap<number, LogRecord>> {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map<number, LogRecord>();
  for (let at = 0; at < wanted.length;) {
    const first = wanted[at] as number;
    const records = await log.read({ ...place, offset: first }, endOfRun(wanted, at) - first + 1);
    const last = records.at(-1);
    if (last === undefined) throw new Unavailable('the log does not give what it said it has');
    for (const record of records) found.set(record.offset, record);
    // A page may have ended before the run did: the rest of it is read next.
    while (at < wanted.length && (wanted[at] as number) <= last.offset) at += 1;
  }
  return found;
}

/** The last of the offsets that are read together with the one at `from`. */
function endOfRun(wanted: readonly number[], from: number): number {
  const first = wanted[from] as number;
  let end = first;
  for (const offset of wanted.slice(from + 1)) {
    if (offset - end > GAP_RECORDS_MAX || offset - first >= PAGE_RECORDS_MAX) break;
    end = offset;
  }
  return end;
}
