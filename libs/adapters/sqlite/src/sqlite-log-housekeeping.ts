import type { TopicName } from '@mneme/events';
import type { Clock } from '@mneme/ports';
import { inTransaction } from './database.js';
import type { SqliteLogPartition } from './sqlite-log-partition.js';
import type { SqliteLogTables } from './sqlite-log-tables.js';

export interface HousekeepingOptions {
  readonly clock: Clock;
  /** How often the log looks for records whose time has come; 0 for never. */
  readonly housekeepingIntervalMs: number;
  /** Records deleted in one go, between which requests are served. */
  readonly housekeepingRecordsMax: number;
  /** Hears of a round that could not be done; the next one tries again. */
  readonly housekeepingFailed: (error: unknown) => void;
}

/** By partition the offset below which nobody needs the records of the topic. */
export type NeededFrom = (topic: TopicName) => readonly number[];

/** Deletes the records of the log whose retention is over, a slice at a time. */
export class SqliteLogHousekeeping {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tables: SqliteLogTables,
    private readonly neededFrom: NeededFrom,
    private readonly options: HousekeepingOptions,
  ) {
    this.schedule(options.housekeepingIntervalMs);
  }

  /** Deletes at most `housekeepingRecordsMax` records; answers how many went. */
  runSlice(): number {
    const needed = new Map(this.tables.topics().map((topic) => [topic, this.neededFrom(topic)]));
    let left = this.options.housekeepingRecordsMax;
    for (const partition of this.tables.all()) {
      if (left === 0) break;
      left -= this.expire(partition, needed.get(partition.topic)?.[partition.partition] ?? Infinity, left);
    }
    return this.options.housekeepingRecordsMax - left;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private expire(partition: SqliteLogPartition, neededFrom: number, recordsMax: number): number {
    return inTransaction(this.tables.db, () => {
      const { endOffset } = partition;
      const below = Math.min(neededFrom, endOffset);
      const count = partition.expire(this.options.clock.nowMs(), below, recordsMax);
      if (count > 0) this.tables.keepFloor(partition, endOffset);
      return count;
    });
  }

  private schedule(delayMs: number): void {
    if (this.options.housekeepingIntervalMs === 0) return;
    this.timer = setTimeout(() => this.round(), delayMs).unref();
  }

  private round(): void {
    let isMoreLeft = false;
    try {
      isMoreLeft = this.runSlice() === this.options.housekeepingRecordsMax;
    } catch (error) {
      this.options.housekeepingFailed(error);
    }
    this.schedule(isMoreLeft ? 1 : this.options.housekeepingIntervalMs);
  }
}
