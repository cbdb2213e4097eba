import {
  type DeadLettered,
  DeadLetteredV1,
  type DeadLetterRedriven,
  DeadLetterRedrivenV1,
  TOPICS,
} from '@mneme/events';
import type { EventLog, LogRecord } from '@mneme/ports';
import { recordOf } from '@mneme/platform';
import { type LogPage, logPage, type Place, readable, READ_RECORDS_MAX, UNREADABLE } from '../log-pages.js';

const TOPIC = TOPICS.deadLetters.name;
/** Records behind a page among which it is looked whether its letters were redriven; beyond, they count as not. */
const MARK_RECORDS_MAX = 50_000;
export interface DeadLetterAt extends Place {
  readonly appendedAtMs: number;
  readonly event: DeadLettered;
}

/** Key of the mark that the letter at an offset of this partition was redriven. */
export function redrivenKeyOf(offset: number): string {
  return `${REDRIVEN}${offset}`;
}

const REDRIVEN = 'redriven/';

/** Reads the topic `dead-letters`. */
export class DeadLetterTopic {
  constructor(private readonly log: EventLog) {}

  /** Letters from a place on, of one group or of all, looking through a bounded number of records. */
  page(from: Place, limit: number, group?: string): Promise<LogPage<DeadLetterAt>> {
    const partitionsEnd = this.log.partitionCount;
    return logPage(this.log, { topic: TOPIC, from, limit, partitionsEnd }, (record) => {
      const letter = letterAt(record);
      return letter !== undefined && (group ?? letter.event.group) === letter.event.group ? letter : undefined;
    });
  }

  /** Undefined when none lies there. */
  async find({ partition, offset }: Place): Promise<DeadLetterAt | undefined> {
    const [record] = await this.log.read({ topic: TOPIC, partition, offset }, 1);
    if (record?.offset !== offset) return undefined;
    const letter = readable(() => letterAt(record));
    return letter === UNREADABLE ? undefined : letter;
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
        const mark = readable(() => recordOf(DeadLetterRedrivenV1, record));
        if (mark !== UNREADABLE) marks.set(mark.deadLetterOffset, mark);
      }
      left -= records.length;
    }
    return marks;
  }

  private read({ partition, offset }: Place, recordsMax: number): Promise<readonly LogRecord[]> {
    return this.log.read({ topic: TOPIC, partition, offset }, Math.min(recordsMax, READ_RECORDS_MAX));
  }
}

/** Undefined for a mark. @throws Corrupt for what is neither. */
function letterAt(record: LogRecord): DeadLetterAt | undefined {
  if (record.value === null || record.key.startsWith(REDRIVEN)) return undefined;
  const { partition, offset, appendedAtMs } = record;
  return { partition, offset, appendedAtMs, event: recordOf(DeadLetteredV1, record) };
}
