import type { TopicName } from '@mneme/events';
import { InvalidInput, Unavailable } from '@mneme/domain';
import type {
  Consumption,
  ConsumeOptions,
  EventLog,
  LogAppend,
  LogPosition,
  LogRecord,
  RecordBatch,
} from '@mneme/ports';
import type { KafkaAppends } from './kafka-appends.js';
import type { KafkaConnection } from './kafka-connection.js';
import { KafkaConsumption } from './kafka-consumption.js';
import type { KafkaLimits } from './kafka-limits.js';
import type { KafkaLog } from './kafka-log.js';
import type { KafkaReads } from './kafka-reads.js';
import type { TopicNames } from './topic-names.js';

interface Parts {
  readonly names: TopicNames;
  readonly appends: KafkaAppends;
  readonly reads: KafkaReads;
  readonly limits: KafkaLimits;
  readonly log: KafkaLog;
  /** A connection of its own for each consumer: one fetch at a time waits on it. */
  readonly connect: (topics: readonly string[]) => KafkaConnection;
}

/** The log on Kafka: topics that many processes share, of which each group's partitions are spread over its members. */
export class KafkaEventLog implements EventLog {
  readonly partitionCount: number;
  private readonly consumptions = new Set<KafkaConsumption>();
  private isClosed = false;

  constructor(private readonly parts: Parts) {
    this.partitionCount = parts.names.partitionCount;
  }

  async append(appends: readonly LogAppend[]): Promise<readonly LogPosition[]> {
    if (appends.length === 0) return [];
    for (const { topic, partition } of appends) this.parts.names.place(topic, partition);
    return this.parts.appends.append(appends);
  }

  /** @throws Corrupt when the log does not have what the group has committed. */
  async consume(
    options: ConsumeOptions,
    onBatch: (batch: RecordBatch) => Promise<void>,
    failed: (error: unknown) => void,
  ): Promise<Consumption> {
    requirePositive('batchRecordsMax', options.batchRecordsMax);
    if (this.isClosed) throw new Unavailable('the log is closed');
    const { names, limits, log, connect } = this.parts;
    const topic = names.topic(options.topic);
    const groupId = names.group(options.group, options.topic);
    const consumed = { topic, groupId, partitionCount: this.partitionCount, connection: connect([topic]), limits, log };
    const ended = () => void this.consumptions.delete(consumption);
    const consumption = await KafkaConsumption.start(consumed, options, { onBatch, failed, ended });
    this.consumptions.add(consumption);
    if (this.isClosed) await consumption.stop();
    return consumption;
  }

  async read(from: LogPosition, recordsMax: number): Promise<readonly LogRecord[]> {
    requirePositive('recordsMax', recordsMax);
    this.parts.names.place(from.topic, from.partition);
    return this.parts.reads.records(from, recordsMax);
  }

  async endOffsets(topic: TopicName): Promise<readonly number[]> {
    return this.parts.reads.endOffsets(topic);
  }

  async committedOffsets(group: string, topic: TopicName): Promise<readonly number[]> {
    return (await this.parts.reads.committed(group, topic)).map((offset) => offset ?? 0);
  }

  /** Stops the consumers and writes what is waiting. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.consumptions].map((consumption) => consumption.stop()));
    await this.parts.appends.close();
  }
}

function requirePositive(field: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new InvalidInput(`${field} must be a whole number above 0`, { field, sent: String(value) });
}
