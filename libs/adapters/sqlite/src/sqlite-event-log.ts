import type { TopicName } from '@mneme/events';
import { Conflict, InvalidInput } from '@mneme/domain';
import type {
  Consumption,
  ConsumeOptions,
  EventLog,
  LogAppend,
  LogPosition,
  LogRecord,
  RecordBatch,
} from '@mneme/ports';
import { type BurstGauge, type BurstLimits, DEFAULT_BURST_LIMITS } from './burst-gauge.js';
import { guard, inTransaction } from './database.js';
import { type CallSize, DEFAULT_GROUP_LIMITS, GroupCommit, type GroupLimits } from './group-commit.js';
import { type ConsumedLog, SqliteLogConsumption } from './sqlite-log-consumption.js';
import { Link } from './link.js';
import { type HousekeepingOptions, SqliteLogHousekeeping } from './sqlite-log-housekeeping.js';
import type { SqliteLogPartition } from './sqlite-log-partition.js';
import type { GroupCommitted, SqliteLogTables } from './sqlite-log-tables.js';

export interface EventLogOptions extends HousekeepingOptions {
  readonly groupLimits: GroupLimits;
  /** Bytes of keys and values after which a read or a batch takes no further record. */
  readonly readBytesMax: number;
  /** How long a batch of which nothing was committed waits before it is handed out again. */
  readonly uncommittedPauseMs: number;
  readonly burstLimits: BurstLimits;
}

const DEFAULT_OPTIONS: EventLogOptions = {
  groupLimits: DEFAULT_GROUP_LIMITS,
  readBytesMax: 4 * 1024 * 1024,
  uncommittedPauseMs: 100,
  burstLimits: DEFAULT_BURST_LIMITS,
  clock: { nowMs: () => Date.now() },
  housekeepingIntervalMs: 60_000,
  housekeepingRecordsMax: 1_000,
  housekeepingFailed: () => undefined,
};

// What one record costs beside its key and value.
const RECORD_BYTES = 64;

/** The link to another thread; in which gauge this one counts its appends, or whose its consumers give way to. */
export interface OtherThread {
  readonly link: Link;
  readonly counts?: BurstGauge;
  readonly givesWayTo?: BurstGauge;
}

interface AppendCall {
  readonly appends: readonly LogAppend[];
}

type Call = AppendCall | { readonly commit: GroupCommitted };

/**
 * The log in one SQLite file. Appends and commits of one turn of the event loop share a transaction, and an append wakes
 * the consumers in this process, those of a linked thread too. Retention never takes a record that a group consuming now has yet to commit; a group
 * that does not consume holds nothing back.
 */
export class SqliteEventLog implements EventLog {
  readonly partitionCount: number;
  private readonly options: EventLogOptions;
  private readonly commits: GroupCommit<Call, readonly LogPosition[]>;
  private readonly consumptions = new Map<string, { options: ConsumeOptions; consumption: SqliteLogConsumption }>();
  private readonly housekeeping: SqliteLogHousekeeping;

  constructor(
    private readonly tables: SqliteLogTables,
    options: Partial<EventLogOptions> = {},
    private readonly other: OtherThread = { link: new Link() },
  ) {
    other.link.on('appended', ({ topics }) => this.wake(new Set(topics)));
    this.options = { ...DEFAULT_OPTIONS, ...options };
    this.partitionCount = tables.partitionCount;
    this.commits = new GroupCommit((calls) => this.write(calls), this.options.groupLimits);
    this.housekeeping = new SqliteLogHousekeeping(tables, (topic) => this.neededFrom(topic), this.options);
  }

  async append(appends: readonly LogAppend[]): Promise<readonly LogPosition[]> {
    if (appends.length === 0) return [];
    for (const { topic, partition } of appends) this.tables.partition(topic, partition);
    return this.commits.submit({ appends: [...appends] }, sizeOf(appends));
  }

  /** @throws Conflict when the group consumes the topic already: one process has one consumer of a group. */
  async consume(
    options: ConsumeOptions,
    onBatch: (batch: RecordBatch) => Promise<void>,
    failed: (error: unknown) => void,
  ): Promise<Consumption> {
    requirePositive('batchRecordsMax', options.batchRecordsMax);
    const name = `${options.group}/${options.topic}`;
    if (this.consumptions.has(name)) throw new Conflict('the group consumes this topic already');
    const log = {
      partitions: this.tables.partitions(options.topic),
      committed: guard(() => this.tables.committed(options.group, options.topic)),
      batchBytesMax: this.options.readBytesMax,
      uncommittedPauseMs: this.options.uncommittedPauseMs,
      ...this.burstOf(),
      commit: (partition: SqliteLogPartition, nextOffset: number) => this.commit(options.group, partition, nextOffset),
    };
    const ended = () => void this.consumptions.delete(name);
    const consumption = new SqliteLogConsumption(log, options, { onBatch, failed, ended });
    this.consumptions.set(name, { options, consumption });
    return consumption;
  }

  async read(from: LogPosition, recordsMax: number): Promise<readonly LogRecord[]> {
    requirePositive('recordsMax', recordsMax);
    const partition = this.tables.partition(from.topic, from.partition);
    return guard(() => partition.read(from.offset, recordsMax, this.options.readBytesMax));
  }

  async endOffsets(topic: TopicName): Promise<readonly number[]> {
    return this.tables.partitions(topic).map(({ endOffset }) => endOffset);
  }

  async committedOffsets(group: string, topic: TopicName): Promise<readonly number[]> {
    this.tables.partitions(topic);
    return guard(() => this.tables.committed(group, topic));
  }

  /** Deletes one slice of the records whose retention is over, as the timer does; answers how many went. */
  async expireSlice(): Promise<number> {
    return this.housekeeping.runSlice();
  }

  /** Stops the consumers and writes what is waiting. */
  async close(): Promise<void> {
    this.housekeeping.stop();
    await Promise.all([...this.consumptions.values()].map(({ consumption }) => consumption.stop()));
    this.commits.close();
  }

  private async commit(group: string, partition: SqliteLogPartition, nextOffset: number): Promise<void> {
    if (!Number.isSafeInteger(nextOffset) || nextOffset < 0 || nextOffset > partition.endOffset) {
      const detail = { field: 'nextOffset', limit: `endOffset=${partition.endOffset}`, sent: String(nextOffset) };
      throw new InvalidInput('only offsets up to the end of the partition can be committed', detail);
    }
    const commit = { group, topic: partition.topic, partition: partition.partition, nextOffset };
    await this.commits.submit({ commit }, { records: 1, bytes: RECORD_BYTES });
  }

  private write(calls: readonly Call[]): readonly (readonly LogPosition[])[] {
    const ends = new Map<SqliteLogPartition, number>();
    const nowMs = this.options.clock.nowMs();
    const answers = inTransaction(this.tables.db, () =>
      calls.map((call) => {
        if ('appends' in call) return call.appends.map((append) => this.insert(append, ends, nowMs));
        this.tables.commit(call.commit);
        return [];
      }),
    );
    for (const call of calls) if ('appends' in call) this.other.counts?.note(call.appends.length);
    const topics = new Set([...ends.keys()].map(({ topic }) => topic));
    if (topics.size > 0) this.other.link.tell({ type: 'appended', topics: [...topics] });
    this.wake(topics);
    return answers;
  }

  private insert(append: LogAppend, ends: Map<SqliteLogPartition, number>, nowMs: number): LogPosition {
    const partition = this.tables.partition(append.topic, append.partition);
    const offset = ends.get(partition) ?? partition.endOffset;
    partition.insert(append, offset, nowMs);
    ends.set(partition, offset + 1);
    return { topic: append.topic, partition: append.partition, offset };
  }

  private wake(topics: ReadonlySet<TopicName>): void {
    for (const { options, consumption } of this.consumptions.values()) {
      if (topics.has(options.topic)) consumption.wake();
    }
  }

  private burstOf(): Pick<ConsumedLog, 'burst'> {
    const { givesWayTo } = this.other;
    const { burstLimits: limits, clock } = this.options;
    return givesWayTo === undefined ? {} : { burst: { gauge: givesWayTo, limits, clock } };
  }

  private neededFrom(topic: TopicName): readonly number[] {
    const committed = [...this.consumptions.values()]
      .filter(({ options }) => options.topic === topic)
      .map(({ options }) => this.tables.committed(options.group, topic));
    return Array.from({ length: this.partitionCount }, (_, partition) =>
      Math.min(Infinity, ...committed.map((offsets) => offsets[partition] ?? 0)),
    );
  }
}

function sizeOf(appends: readonly LogAppend[]): CallSize {
  let bytes = 0;
  for (const { key, value } of appends) bytes += RECORD_BYTES + key.length + (value?.length ?? 0);
  return { records: appends.length, bytes };
}

function requirePositive(field: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new InvalidInput(`${field} must be a whole number above 0`, { field, sent: String(value) });
}
