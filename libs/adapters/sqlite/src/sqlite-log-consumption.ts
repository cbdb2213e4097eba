import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import type { Clock, ConsumeOptions, Consumption, LogRecord, RecordBatch } from '@mneme/ports';
import type { BurstGauge, BurstLimits } from './burst-gauge.js';
import { guard } from './database.js';
import type { SqliteLogPartition } from './sqlite-log-partition.js';

const GIVE_WAY_MS = 100;
const LINGER_MS_MIN = 10;
/** Milliseconds of gathering for each that the last batch took. */
const REST_PER_WORK = 4;

/** What a consumption needs of the log. */
export interface ConsumedLog {
  readonly partitions: readonly SqliteLogPartition[];
  /** What the group has committed when it starts, by partition. */
  readonly committed: readonly number[];
  /** Bytes after which a batch takes no further record. */
  readonly batchBytesMax: number;
  /** How long a batch of which nothing was committed waits before it is handed out again. */
  readonly uncommittedPauseMs: number;
  /** Appends of another thread that a batch gives way to, when there is one. */
  readonly burst?: { readonly gauge: BurstGauge; readonly limits: BurstLimits; readonly clock: Clock };
  /** Resolves when it is durable. */
  commit(partition: SqliteLogPartition, nextOffset: number): Promise<void>;
}

export interface BatchHandlers {
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** Called once after a handler rejected or the log could not be read, when no handler runs any more. */
  readonly failed: (error: unknown) => void;
  /** Called once at the end, whatever its cause, before `failed`. */
  readonly ended: () => void;
}

/** One group's reading of one topic: each partition in its order, all partitions side by side. */
export class SqliteLogConsumption implements Consumption {
  private readonly stopping = new AbortController();
  private readonly wakeUps = new Set<() => void>();
  private readonly done: Promise<void>;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly log: ConsumedLog,
    private readonly options: ConsumeOptions,
    private readonly handlers: BatchHandlers,
  ) {
    this.done = Promise.all(log.partitions.map((partition) => this.pump(partition))).then(() => {
      handlers.ended();
      if (this.failure !== undefined) handlers.failed(this.failure.error);
    });
  }

  /** Lets partitions that have come to their end look again. */
  wake(): void {
    const waiting = [...this.wakeUps];
    this.wakeUps.clear();
    for (const wakeUp of waiting) wakeUp();
  }

  partitions(): readonly number[] {
    return this.log.partitions.map(({ partition }) => partition);
  }

  async stop(): Promise<void> {
    this.end();
    await this.done;
  }

  private end(): void {
    this.stopping.abort();
    this.wake();
  }

  private async pump(partition: SqliteLogPartition): Promise<void> {
    let next = this.log.committed[partition.partition] ?? 0;
    let lastBatchMs = 0;
    try {
      // One turn of the event loop first and between batches, so that requests and other partitions are served too.
      for (await nextTurn(); !this.stopping.signal.aborted; await nextTurn()) {
        await this.giveWay(partition, next);
        await this.gather(partition, next, lastBatchMs);
        const records = this.read(partition, next);
        const startedMs = performance.now();
        if (records.length > 0) next = await this.handle(partition, records, next);
        else await this.appended();
        lastBatchMs = records.length > 0 ? performance.now() - startedMs : 0;
      }
    } catch (error) {
      // What fails because it was told to stop is no failure.
      if (!this.stopping.signal.aborted) this.failure = { error };
      this.end();
    }
  }

  /**
   * Lets a burst of appends in first, until the oldest record has waited long enough: what is taken in faster than it can
   * be handled waits in any case, and taking in is what a caller waits for.
   */
  private async giveWay(partition: SqliteLogPartition, next: number): Promise<void> {
    const { burst } = this.log;
    if (burst === undefined) return;
    const { gauge, limits, clock } = burst;
    while (!this.stopping.signal.aborted && gauge.rate(performance.now()) >= limits.burstRecordsPerSecond) {
      const [oldest] = guard(() => partition.read(next, 1, 1));
      if (oldest === undefined || clock.nowMs() - oldest.appendedAtMs >= limits.giveWayMsMax) return;
      await pause(GIVE_WAY_MS, this.stopping.signal);
    }
  }

  /**
   * Gives a batch that would not be full time to grow: the longer, the longer the last one took. A busy process so comes
   * to few big batches, which share their commits, and an idle one answers soon.
   */
  private async gather(partition: SqliteLogPartition, next: number, lastBatchMs: number): Promise<void> {
    const { batchRecordsMax, lingerMs = 0 } = this.options;
    const waiting = partition.endOffset - next;
    if (waiting === 0 || waiting >= batchRecordsMax || lingerMs === 0) return;
    await pause(Math.min(lingerMs, LINGER_MS_MIN + REST_PER_WORK * lastBatchMs), this.stopping.signal);
  }

  private read(partition: SqliteLogPartition, next: number): readonly LogRecord[] {
    if (next >= partition.endOffset) return [];
    return guard(() => partition.read(next, this.options.batchRecordsMax, this.log.batchBytesMax));
  }

  private async handle(partition: SqliteLogPartition, records: readonly LogRecord[], start: number): Promise<number> {
    let committed = start;
    await this.handlers.onBatch({
      topic: this.options.topic,
      partition: partition.partition,
      records,
      signal: this.stopping.signal,
      heartbeat: () => Promise.resolve(),
      commit: async (nextOffset) => {
        await this.log.commit(partition, nextOffset);
        committed = Math.max(committed, nextOffset);
      },
    });
    if (committed === start) await pause(this.log.uncommittedPauseMs, this.stopping.signal);
    return committed;
  }

  /** Resolves at the next append to the topic, or at the stop. */
  private appended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.stopping.signal.aborted) resolve();
      else this.wakeUps.add(resolve);
    });
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  // Rejected only by the signal, which ends the pause as well as the time does.
  await setTimeout(durationMs, undefined, { signal }).catch(() => undefined);
}
