import {
  type DeadLettered,
  DeadLetteredV1,
  type DeadLetterRedriven,
  DeadLetterRedrivenV1,
  TOPICS,
} from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { EventLog, LogRecord } from '@mneme/ports';
import { recordOf } from '@mneme/platform';

const TOPIC = TOPICS.deadLetters.name;
/** Records that one page looks through. */
const PAGE_RECORDS_MAX = 5_000;
/** Records behind a page among which it is looked whether its letters were redriven; beyond, they count as not. */
const MARK_RECORDS_MAX = 50_000;
/** Each may hold a turn of 64 KiB, as base64. */
const READ_RECORDS_MAX = 50;

export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface DeadLetterAt extends Place {
  readonly appendedAtMs: number;
  readonly event: DeadLettered;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetterAt[];
  /** Where the next page begins; undefined at the end of the topic. */
  readonly next: Place | undefined;
}

/** Key of the mark that the letter at an offset of this partition was redriven. */
export function redrivenKeyOf(offset: number): string {
  return `${REDRIVEN}${offset}`;
}

const REDRIVEN = 'redriven/';

/** Reads the topic `dead-letters`. */
export class DeadLetterTopic {
  constructor(private readonly log: EventLog) {}

  /** Letters from a place on, at most `limit`, looking through a bounded number of records. */
  async page(from: Place, limit: number, accepts: (letter: DeadLettered) => boolean): Promise<DeadLetterPage> {
    const letters: DeadLetterAt[] = [];
    let { partition, offset } = from;
    let left = PAGE_RECORDS_MAX;
    while (partition < this.log.partitionCount) {
      const records = await this.read({ partition, offset }, left);
      for (const record of records) {
        if (letters.length === limit) return { letters, next: { partition, offset: record.offset } };
        offset = record.offset + 1;
        const event = letterOf(record);
        if (event !== undefined && accepts(event)) letters.push({ ...placeOf(record), event });
      }
      left -= records.length;
      if (records.length === 0) [partition, offset] = [partition + 1, 0];
      else if (left === 0) return { letters, next: { partition, offset } };
    }
    return { letters, next: undefined };
  }

  /** Undefined when none lies there. */
  async find({ partition, offset }: Place): Promise<DeadLetterAt | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    if (record?.offset !== offset) return undefined;
    const event = letterOf(record);
    return event && { ...placeOf(record), event };
  }

  /** Of letters that lie at `from` or behind it in one partition: the mark of each that was redriven, by its offset. */
  async marksFrom(from: Place): Promise<ReadonlyMap<number, DeadLetterRedriven>> {
    const marks = new Map<number, DeadLetterRedriven>();
    let { offset } = from;
    for (let left = MARK_RECORDS_MAX; left > 0;) {
      const records = await this.read({ ...from, offset }, left);
      if (records.length === 0) break;
      for (const record of records) {
        offset = record.offset + 1;
        if (!record.key.startsWith(REDRIVEN)) continue;
        const mark = recordOf(DeadLetterRedrivenV1, record);
        marks.set(mark.deadLetterOffset, mark);
      }
      left -= records.length;
    }
    return marks;
  }

  private read({ partition, offset }: Place, recordsMax: number): Promise<readonly LogRecord[]> {
    return this.log.read({ topic: TOPIC, partition, offset }, Math.min(recordsMax, READ_RECORDS_MAX));
  }
}

function placeOf({ partition, offset, appendedAtMs }: LogRecord): Place & { readonly appendedAtMs: number } {
  return { partition, offset, appendedAtMs };
}

/** Undefined for a mark, and for what is no letter: one bad record must not hide the others. */
function letterOf(record: LogRecord): DeadLettered | undefined {
  if (record.value === null || record.key.startsWith(REDRIVEN)) return undefined;
  try {
    return recordOf(DeadLetteredV1, record);
  } catch (error) {
    if (isMemoryError(error) && error.code === 'corrupt') return undefined;
    throw error;
  }
}
