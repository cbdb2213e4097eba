import { type RecallMade, RecallMadeV1, TOPICS } from '@mneme/events';
import type { EventLog, LogRecord } from '@mneme/ports';
import { type BatchEnd, type Received, recordOf, type RecordHandler } from '@mneme/platform';
import type { RecentRecalls } from './recent-recalls.js';

export const HEAR_RECALLS_GROUP = 'write-filter-recalls';

const PAGE_RECORDS = 500;
/** Records of a partition that are read again at a start. */
const READ_AGAIN_MAX = 5_000;

/** Keeps the table of recent recalls; nothing is written, and what is fenced does not get in. */
export class HearRecalls implements RecordHandler<RecallMade> {
  constructor(private readonly recent: RecentRecalls) {}

  parse(record: LogRecord): RecallMade {
    return recordOf(RecallMadeV1, record);
  }

  stampOf(event: RecallMade): RecallMade {
    return event;
  }

  async handle(received: readonly Received<RecallMade>[]): Promise<void> {
    for (const { event } of received) this.recent.note(event);
  }

  async undo(): Promise<void> {
    // Hashes under a key that is gone match nothing, and time removes them.
  }

  async finish(_end: BatchEnd<RecallMade>): Promise<void> {}

  /**
   * Fills the table with what the group has committed before this start: a table in memory knows nothing of it, and turns
   * that echo those recalls may still come. A record that cannot be read is the runner's to name, not this one's.
   */
  async readAgain(log: EventLog): Promise<void> {
    const topic = TOPICS.recalls.name;
    for (const [partition, committed] of (await log.committedOffsets(HEAR_RECALLS_GROUP, topic)).entries()) {
      let offset = Math.max(0, committed - READ_AGAIN_MAX);
      while (offset < committed) {
        const records = await log.read({ topic, partition, offset }, PAGE_RECORDS);
        const last = records.at(-1);
        if (last === undefined) break;
        for (const record of records) this.noteReadable(record);
        offset = last.offset + 1;
      }
    }
  }

  private noteReadable(record: LogRecord): void {
    const parsed = RecallMadeV1.safeParse(jsonOf(record));
    if (parsed.success) this.recent.note(parsed.data);
  }
}

function jsonOf({ value }: LogRecord): unknown {
  try {
    return JSON.parse(value ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}
