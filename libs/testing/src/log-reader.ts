import { randomUUID } from 'node:crypto';
import type { TopicName } from '@mneme/events';
import type { Consumption, EventLog, LogAppend, LogPosition, LogRecord, RecordBatch } from '@mneme/ports';
import { randomSubjectIn } from './builders.js';
import { eventually } from './eventually.js';

export function randomGroup(): string {
  return `group-${randomUUID()}`;
}

/** Records of a random subject of the partition, under random keys. */
export function appendsTo(topic: TopicName, place: { partition: number; of: EventLog }, count = 1): LogAppend[] {
  const subjectId = randomSubjectIn(place.partition, place.of.partitionCount);
  return Array.from({ length: count }, () => ({
    topic,
    partition: place.partition,
    key: randomUUID(),
    value: JSON.stringify({ told: randomUUID() }),
    subjectId,
  }));
}

/** All records of a partition from a position on. */
export async function readAll(log: EventLog, from: LogPosition, pageRecords = 50): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const offset = (records.at(-1)?.offset ?? from.offset - 1) + 1;
    const page = await log.read({ ...from, offset }, pageRecords);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

/** Consumes one topic for one group and keeps what it was handed, in the order in which it came. */
export class LogReader {
  readonly records: LogRecord[] = [];
  readonly batches: RecordBatch[] = [];
  readonly failures: unknown[] = [];
  private consumption: Consumption | undefined;

  constructor(
    private readonly log: EventLog,
    readonly topic: TopicName,
    readonly group = randomGroup(),
  ) {}

  /** Commits every batch unless `onBatch` is given, which then does what it likes. */
  async start(onBatch: (batch: RecordBatch) => Promise<void> = commitAll, batchRecordsMax = 100): Promise<this> {
    const take = async (batch: RecordBatch) => {
      this.batches.push(batch);
      this.records.push(...batch.records);
      await onBatch(batch);
    };
    const options = { group: this.group, topic: this.topic, batchRecordsMax };
    this.consumption = await this.log.consume(options, take, (error) => this.failures.push(error));
    return this;
  }

  async stop(): Promise<void> {
    await this.consumption?.stop();
  }

  /** The records handed out of those keys, again ones too. */
  handed(appends: readonly LogAppend[]): readonly LogRecord[] {
    const keys = new Set(appends.map(({ key }) => key));
    return this.records.filter(({ key }) => keys.has(key));
  }

  async untilHanded(appends: readonly LogAppend[]): Promise<void> {
    await eventually('every record is handed out', () => {
      const keys = new Set(this.handed(appends).map(({ key }) => key));
      return appends.every(({ key }) => keys.has(key));
    });
  }
}

export async function commitAll(batch: RecordBatch): Promise<void> {
  await batch.commit(endOf(batch));
}

/** The offset after the last record of a batch. */
export function endOf(batch: RecordBatch): number {
  return (batch.records.at(-1)?.offset ?? -1) + 1;
}
