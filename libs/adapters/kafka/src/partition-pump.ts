import { setTimeout as delay } from 'node:timers/promises';
import { InvalidInput } from '@mneme/domain';
import type { ConsumeOptions, LogRecord, RecordBatch } from '@mneme/ports';
import type { KafkaLimits } from './kafka-limits.js';

const LINGER_MS_MIN = 10;
/** Milliseconds of gathering for each that the last batch took. */
const REST_PER_WORK = 4;

export interface PumpWork {
  readonly options: ConsumeOptions;
  readonly limits: KafkaLimits;
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** Resolves when the group has it durably. */
  readonly commit: (partition: number, nextOffset: number) => Promise<void>;
  /** Room for records has come back. */
  readonly drained: () => void;
}

/** What was fetched of one partition, handed to its handler batch by batch for as long as the partition is this member's. */
export class PartitionPump {
  private queue: LogRecord[] = [];
  private queuedBytes = 0;
  private committedTo: number;
  private isEnding = false;
  private readonly lost = new AbortController();
  private wakeUp: () => void = () => undefined;

  constructor(
    readonly partition: number,
    private startOffset: number,
    private readonly work: PumpWork,
  ) {
    this.committedTo = startOffset;
  }

  /** Where the next fetch begins. */
  get nextOffset(): number {
    return this.startOffset;
  }

  /** Whether more may be fetched. */
  get hasRoom(): boolean {
    const { bufferRecordsMax, bufferBytesMax } = this.work.limits;
    return !this.isEnding && this.queue.length < bufferRecordsMax && this.queuedBytes < bufferBytesMax;
  }

  add(records: readonly LogRecord[], nextOffset: number): void {
    if (this.isEnding) return;
    this.startOffset = nextOffset;
    for (const record of records) {
      this.queue.push(record);
      this.queuedBytes += bytesOf(record);
    }
    if (records.length > 0) this.wakeUp();
  }

  /** Hands out batches until it is told to end; rejects with what a handler rejects with while the partition is its own. */
  async run(): Promise<void> {
    let lastBatchMs = 0;
    while (!this.isEnding) {
      if (this.queue.length === 0) await this.arrival();
      await this.gather(lastBatchMs);
      if (this.isEnding) return;
      const startedMs = performance.now();
      await this.handle(this.queue.slice(0, this.work.options.batchRecordsMax));
      lastBatchMs = performance.now() - startedMs;
    }
  }

  /** Hands out nothing more; the batch in hand may still commit. */
  end(): void {
    this.isEnding = true;
    this.wakeUp();
  }

  /** Tells the batch in hand that it is no longer waited for. */
  abort(): void {
    this.end();
    this.lost.abort();
  }

  private async handle(records: readonly LogRecord[]): Promise<void> {
    const before = this.committedTo;
    const endOffset = (records.at(-1)?.offset ?? -1) + 1;
    try {
      await this.work.onBatch({
        topic: this.work.options.topic,
        partition: this.partition,
        records,
        signal: this.lost.signal,
        // The consumption tells Kafka by itself that it lives.
        heartbeat: () => Promise.resolve(),
        commit: (nextOffset) => this.commit(nextOffset, endOffset),
      });
    } catch (error) {
      if (!this.lost.signal.aborted) throw error;
    }
    this.dropCommitted();
    if (this.committedTo === before) await this.rest(this.work.limits.uncommittedPauseMs);
  }

  private async commit(nextOffset: number, endOffset: number): Promise<void> {
    if (!Number.isSafeInteger(nextOffset) || nextOffset < 0 || nextOffset > endOffset) {
      const detail = { field: 'nextOffset', limit: `endOffset=${endOffset}`, sent: String(nextOffset) };
      throw new InvalidInput('only offsets up to the end of the batch can be committed', detail);
    }
    if (nextOffset <= this.committedTo) return;
    await this.work.commit(this.partition, nextOffset);
    this.committedTo = Math.max(this.committedTo, nextOffset);
  }

  private dropCommitted(): void {
    const hadRoom = this.hasRoom;
    const open = this.queue.findIndex(({ offset }) => offset >= this.committedTo);
    const done = this.queue.splice(0, open === -1 ? this.queue.length : open);
    for (const record of done) this.queuedBytes -= bytesOf(record);
    if (!hadRoom && this.hasRoom) this.work.drained();
  }

  /** Gives a batch that would not be full time to grow: the longer, the longer the last one took. */
  private async gather(lastBatchMs: number): Promise<void> {
    const { batchRecordsMax, lingerMs = 0 } = this.work.options;
    if (lingerMs === 0 || this.queue.length >= batchRecordsMax) return;
    const untilMs = performance.now() + Math.min(lingerMs, LINGER_MS_MIN + REST_PER_WORK * lastBatchMs);
    while (!this.isEnding && this.queue.length < batchRecordsMax) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return;
      await this.arrival(leftMs);
    }
  }

  private async rest(durationMs: number): Promise<void> {
    await delay(durationMs, undefined, { signal: this.lost.signal }).catch(() => undefined);
  }

  /** Resolves when records come, at the end, or when the time is up. */
  private arrival(withinMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = withinMs === undefined ? undefined : setTimeout(resolve, withinMs);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function bytesOf({ key, value }: LogRecord): number {
  return key.length + (value?.length ?? 0);
}
