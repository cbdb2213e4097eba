import type { SubjectId, TopicName } from '@mneme/events';

export interface LogAppend {
  readonly topic: TopicName;
  readonly partition: number;
  readonly key: string;
  /** Null is a tombstone: on a compacted topic it removes what stands under the key. */
  readonly value: string | null;
  /** Whose record it is; lets a topic be counted by subject. Absent for records of no one. */
  readonly subjectId?: SubjectId;
}

export interface LogPosition {
  readonly topic: TopicName;
  readonly partition: number;
  /** From 0, rising within a partition, with gaps on a compacted topic. */
  readonly offset: number;
}

export interface LogRecord extends LogPosition {
  readonly key: string;
  readonly value: string | null;
  /** When the log took it, epoch milliseconds. */
  readonly appendedAtMs: number;
}

/** Consecutive records of one partition, handed to a consumer group. */
export interface RecordBatch {
  readonly topic: TopicName;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /**
   * Marks everything below `nextOffset` as done for the group, durably; never moves back.
   * @throws InvalidInput for an offset that the log has not reached; Unavailable when it could not be noted, or when the
   * partition is lost: whoever has it now hands the records out again.
   */
  commit(nextOffset: number): Promise<void>;
  /** Tells the log that the batch is still being worked on. */
  heartbeat(): Promise<void>;
  /**
   * Aborted when the partition is lost or the consumption stops; what is written after that may be written twice. It is the
   * same one for as long as the partition is held, and another one after it was lost and given back.
   */
  readonly signal: AbortSignal;
}

export interface ConsumeOptions {
  readonly group: string;
  readonly topic: TopicName;
  readonly batchRecordsMax: number;
  /**
   * How long at most the log may gather records before it hands out a batch that is not full; absent: not at all. What a batch
   * costs in commits is then shared by more records.
   */
  readonly lingerMs?: number;
}

export interface Consumption {
  /** Partitions that this consumption reads at the moment; others of the group may read the rest. */
  partitions(): readonly number[];
  /** Stops after the batch in hand; resolves when no handler runs any more. */
  stop(): Promise<void>;
}

/**
 * The durable, partitioned, ordered log that everything else is a projection of.
 *
 * Order: records of one partition are read in the order of their offsets; nothing is said across partitions.
 * Delivery: at least once; after a crash a group starts again at its last commit.
 */
export interface EventLog {
  readonly partitionCount: number;

  /**
   * Appends all of it and resolves when it is durable: a crash right after loses none of it.
   * Positions are in the order of `appends`. An empty list is allowed and writes nothing.
   *
   * A call that rejects with `retry: 'later'`, or is cut short by a crash, may have been written in part, unless the log is
   * one file. Then its beginning is there: of each partition the first records, all of them unless they are larger than one
   * batch; and of a topic nothing before all of those that the call names earlier. So records are named by what causes them,
   * and the way on is the same call again.
   * @throws InvalidInput for a place that there is not, and LimitExceeded for a record that is too large: nothing was written.
   * @throws Unavailable, with code `storage-full` when there is no room; Timeout.
   */
  append(appends: readonly LogAppend[]): Promise<readonly LogPosition[]>;

  /**
   * Hands batches to `onBatch`: one at a time for a partition, starting at the group's commit or the log's start.
   * A batch is followed by the next only once `onBatch` has resolved *and* committed past it; what it did not commit
   * is handed out again. `onBatch` must not reject; if it does, the consumption ends and `failed` is called once.
   * Where several processes share a group, each has some of the partitions, and they move when one comes or goes.
   * @throws Corrupt, also to `failed`, when records were gone before the group had done them: a person says how it goes on.
   */
  consume(
    options: ConsumeOptions,
    onBatch: (batch: RecordBatch) => Promise<void>,
    failed: (error: unknown) => void,
  ): Promise<Consumption>;

  /**
   * At most `recordsMax` records from `fromOffset` on, outside of any group; empty at the end. Replaced records of a
   * compacted topic may be missing; its tombstones are there for as long as the topic keeps them.
   */
  read(from: LogPosition, recordsMax: number): Promise<readonly LogRecord[]>;

  /** The offset that the next record of each partition will get, by partition. */
  endOffsets(topic: TopicName): Promise<readonly number[]>;

  /** What a group has committed, by partition; 0 where it never did. */
  committedOffsets(group: string, topic: TopicName): Promise<readonly number[]>;
}
