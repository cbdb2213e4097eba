import { TOPICS } from '@mneme/events';
import type { AcceptedTurns, EventLog } from '@mneme/ports';
import { z } from 'zod';

const RECORDS_READ_MAX = 100;
const Stamp = z.object({ recordedAt: z.int().positive() });

/** The highest `recordedAt` in use: of the reservations, and of the last records of each partition of `turns`. */
export async function lastRecordedAt(acceptedTurns: AcceptedTurns, log: EventLog): Promise<number> {
  let highest = await acceptedTurns.highestRecordedAt();
  const topic = TOPICS.turns.name;
  for (const [partition, end] of (await log.endOffsets(topic)).entries()) {
    // One read ends at a number of bytes, and the newest records come last.
    for (let offset = Math.max(0, end - RECORDS_READ_MAX); offset < end;) {
      const records = await log.read({ topic, partition, offset }, RECORDS_READ_MAX);
      for (const { value } of records) highest = Math.max(highest, stampOf(value));
      offset = (records.at(-1)?.offset ?? end - 1) + 1;
    }
  }
  return highest;
}

function stampOf(value: string | null): number {
  try {
    const stamp = Stamp.safeParse(JSON.parse(value ?? 'null'));
    return stamp.success ? stamp.data.recordedAt : 0;
  } catch {
    return 0;
  }
}
