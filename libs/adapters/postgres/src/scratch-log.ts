import type { TopicName } from '@mneme/events';
import type { LogAppend, LogPosition, LogRecord } from '@mneme/ports';

/** For specs: a log in memory that is compacted when it is told to, and whose clock can be set. */
export class ScratchLog {
  nowMs = Date.now();
  /** What was asked of it, `from+records`. */
  readonly reads: string[] = [];
  private readonly records = new Map<string, LogRecord[]>();
  private readonly ends = new Map<string, number>();

  constructor(
    readonly partitionCount = 4,
    private readonly compaction: 'at-once' | 'later' = 'later',
  ) {}

  async append(appends: readonly LogAppend[]): Promise<readonly LogPosition[]> {
    return appends.map(({ topic, partition, key, value }) => {
      const id = `${topic}/${partition}`;
      const offset = this.ends.get(id) ?? 0;
      const record = { topic, partition, offset, key, value, appendedAtMs: this.nowMs };
      const records = this.recordsOf(id);
      if (this.compaction === 'at-once') this.records.set(id, [...records.filter((one) => one.key !== key), record]);
      else records.push(record);
      this.ends.set(id, offset + 1);
      return { topic, partition, offset };
    });
  }

  async read({ topic, partition, offset }: LogPosition, recordsMax: number): Promise<readonly LogRecord[]> {
    this.reads.push(`${offset}+${recordsMax}`);
    const records = this.recordsOf(`${topic}/${partition}`);
    let [from, to] = [0, records.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((records[middle] as LogRecord).offset < offset) from = middle + 1;
      else to = middle;
    }
    return records.slice(from, from + recordsMax);
  }

  async endOffsets(topic: TopicName): Promise<readonly number[]> {
    return Array.from({ length: this.partitionCount }, (_, partition) => this.ends.get(`${topic}/${partition}`) ?? 0);
  }

  /** Keeps the last record of each key, and of tombstones those that were appended since `tombstonesSinceMs`. */
  compact(tombstonesSinceMs = -Infinity): void {
    for (const [id, records] of this.records) {
      const last = new Map(records.map((record) => [record.key, record]));
      const kept = records.filter((record) => last.get(record.key) === record);
      this.records.set(
        id,
        kept.filter(({ value, appendedAtMs }) => value !== null || appendedAtMs >= tombstonesSinceMs),
      );
    }
  }

  private recordsOf(id: string): LogRecord[] {
    const records = this.records.get(id) ?? [];
    this.records.set(id, records);
    return records;
  }
}
