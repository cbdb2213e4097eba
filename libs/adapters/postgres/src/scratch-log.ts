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
      const before = this.recordsOf(id).filter((one) => this.compaction === 'later' || one.key !== key);
      this.records.set(id, [...before, record]);
      this.ends.set(id, offset + 1);
      return { topic, partition, offset };
    });
  }

  async read({ topic, partition, offset }: LogPosition, recordsMax: number): Promise<readonly LogRecord[]> {
    this.reads.push(`${offset}+${recordsMax}`);
    return this.recordsOf(`${topic}/${partition}`)
      .filter((record) => record.offset >= offset)
      .slice(0, recordsMax);
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

  private recordsOf(id: string): readonly LogRecord[] {
    return this.records.get(id) ?? [];
  }
}
