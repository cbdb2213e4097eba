import { TOPICS, type SubjectId, type TenantId, type TopicName } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { Clock, Consumption, EventLog, LogRecord, RecordBatch } from '@mneme/ports';
import { deadLetterOf } from './dead-letter.js';
import { passFence, passFenceNow } from './fence.js';
import type { Keyring, SubjectAccess } from './keyring.js';
import type { Standing } from './process/progress-watchdog.js';
import { retryInPlace, type RetryLimits } from './retry-in-place.js';

/** Whose record it is, and under which epoch it was written. */
export interface SubjectStamp {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly epoch: number;
}

/** A record that was parsed and has passed the fence; `access` is there when it is somebody's. */
export interface Received<E> {
  readonly record: LogRecord;
  readonly event: E;
  readonly access?: SubjectAccess & { readonly state: 'open' };
}

/** How a batch ended, before its commit. */
export interface BatchEnd<E> {
  readonly partition: number;
  readonly nextOffset: number;
  readonly handled: readonly Received<E>[];
  /** Events that went to the dead letters; what did not even parse is not among them. */
  readonly failed: readonly E[];
  /** Events of subjects that are fenced, or of an epoch that is over. */
  readonly refused: readonly E[];
}

/** What a consumer group does with its records. Idempotent: everything can come twice. */
export interface RecordHandler<E> {
  /** @throws Corrupt for a record that it cannot read: that one goes to the dead letters. */
  parse(record: LogRecord): E;
  /** Undefined for a record of no one. */
  stampOf(event: E): SubjectStamp | undefined;
  /** Resolves after the store's ack. */
  handle(received: readonly Received<E>[], signal: AbortSignal): Promise<void>;
  /** Takes back what `handle` wrote for these, whose subject was fenced meanwhile. */
  undo(received: readonly Received<E>[]): Promise<void>;
  /** Called once a batch, after everything in it is handled, refused or dead-lettered. */
  finish(end: BatchEnd<E>, signal: AbortSignal): Promise<void>;
}

export interface ConsumerObserver {
  handled(group: string, records: number): void;
  refusedByFence(group: string, records: number): void;
  retried(group: string, code: string): void;
  deadLettered(group: string, code: string, record: LogRecord): void;
  /** The consumption is over for good; the process should end. */
  broke(group: string, error: unknown): void;
}

export interface ConsumerRunnerOptions {
  readonly group: string;
  readonly topic: TopicName;
  readonly batchRecordsMax: number;
  /** How long a batch that is not full may wait to grow. */
  readonly lingerMs: number;
  readonly heartbeatMs: number;
  readonly retry: RetryLimits;
}

/** How long it is tried to take back what was written for a partition that is lost. */
const LOST_RECHECK_MS = 2_000;

interface Dependencies {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly observer: ConsumerObserver;
}

/**
 * Drives one consumer group: parse → refuse below the fence → handle → retry or dead-letter → read the fence again →
 * commit. A transient error is retried in place for as long as it lasts, which holds the partition back and nothing
 * else; a permanent one costs the record that causes it. Nothing a handler throws reaches the log's client.
 */
export class ConsumerRunner<E> {
  private consumption: Consumption | undefined;
  private inHand = 0;
  private lastMovedMs = performance.now();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly handler: RecordHandler<E>,
    private readonly options: ConsumerRunnerOptions,
  ) {}

  async start(): Promise<void> {
    const { group, topic, batchRecordsMax, lingerMs } = this.options;
    this.consumption = await this.dependencies.log.consume(
      { group, topic, batchRecordsMax, lingerMs },
      (batch) => this.run(batch),
      (error) => this.dependencies.observer.broke(group, error),
    );
  }

  /** Lets the batch in hand end, or stops its retries. */
  async stop(): Promise<void> {
    await this.consumption?.stop();
  }

  /** How it stands; undefined before it has started. */
  standing(): Standing | undefined {
    if (this.consumption === undefined) return undefined;
    const { group, topic } = this.options;
    const partitions = this.consumption.partitions();
    return { group, topic, partitions, quietMs: performance.now() - this.lastMovedMs, isBusy: this.inHand > 0 };
  }

  private async run(batch: RecordBatch): Promise<void> {
    this.moved(1);
    const pump = setInterval(() => void batch.heartbeat().catch(() => undefined), this.options.heartbeatMs);
    try {
      await this.process(batch);
    } catch (error) {
      // Only an abort ends here: the batch was not committed and comes again.
      if (!batch.signal.aborted) this.dependencies.observer.broke(this.options.group, error);
    } finally {
      clearInterval(pump);
      this.moved(-1);
    }
  }

  private moved(batches: number): void {
    this.inHand += batches;
    this.lastMovedMs = performance.now();
  }

  private async process(batch: RecordBatch): Promise<void> {
    const { signal } = batch;
    const { parsed, poison } = this.parseAll(batch.records);
    for (const [record, error] of poison) await this.deadLetter(record, error, signal);
    const fence = await this.persist(() => passFence(this.dependencies.keyring, this.handler, parsed), signal);
    this.dependencies.observer.refusedByFence(this.options.group, fence.refused.length);
    const { handled, failed } = await this.handleFenced(fence.passed, signal);
    const nextOffset = (batch.records.at(-1)?.offset ?? -1) + 1;
    const refused = fence.refused.map(({ event }) => event);
    const end = { partition: batch.partition, nextOffset, handled, failed, refused };
    await this.persist(() => this.handler.finish(end, signal), signal);
    this.dependencies.observer.handled(this.options.group, handled.length);
    await this.persist(() => batch.commit(nextOffset), signal);
  }

  private parseAll(records: readonly LogRecord[]) {
    const parsed: Received<E>[] = [];
    const poison: (readonly [LogRecord, unknown])[] = [];
    for (const record of records) {
      try {
        parsed.push({ record, event: this.handler.parse(record) });
      } catch (error) {
        poison.push([record, error]);
      }
    }
    return { parsed, poison };
  }

  /**
   * Reads the fence again after the store's ack, also when the partition was taken away meanwhile: whoever has it now
   * refuses the records of a fenced subject, and takes nothing back that another one wrote.
   */
  private async handleFenced(passed: readonly Received<E>[], signal: AbortSignal) {
    try {
      const ended = await this.handleAll(passed, signal);
      await this.persist(() => this.recheck(ended.handled), signal);
      return ended;
    } catch (error) {
      // A while and no longer: the process may be about to end, or the engine away.
      const inTime = AbortSignal.timeout(LOST_RECHECK_MS);
      await this.persist(() => this.recheck(passed), inTime).catch(() => undefined);
      throw error;
    }
  }

  /** The whole batch at once; when that fails for good, record by record, so that one bad record costs itself alone. */
  private async handleAll(received: readonly Received<E>[], signal: AbortSignal) {
    if (received.length === 0) return { handled: received, failed: [] };
    const error = await this.attempt(received, signal);
    if (error === undefined) return { handled: received, failed: [] };
    const handled: Received<E>[] = [];
    const failed: E[] = [];
    for (const one of received) {
      const cause = received.length === 1 ? error : await this.attempt([one], signal);
      if (cause === undefined) {
        handled.push(one);
        continue;
      }
      await this.deadLetter(one.record, cause, signal);
      failed.push(one.event);
    }
    return { handled, failed };
  }

  private async attempt(received: readonly Received<E>[], signal: AbortSignal): Promise<unknown> {
    let isRetry = false;
    const handle = async () => {
      // An engine can be away for hours: whoever was erased meanwhile is not handled with the keys of before.
      const open = isRetry ? await this.stillOpen(received, signal) : received;
      isRetry = true;
      if (open.length > 0) await this.handler.handle(open, signal);
    };
    try {
      await retryInPlace(handle, this.retryOptions(signal));
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return error ?? new Error('a handler rejected with nothing');
    }
  }

  private async stillOpen(received: readonly Received<E>[], signal: AbortSignal): Promise<readonly Received<E>[]> {
    const { passed } = await this.persist(() => passFence(this.dependencies.keyring, this.handler, received), signal);
    return passed;
  }

  private async recheck(handled: readonly Received<E>[]): Promise<void> {
    if (handled.length === 0) return;
    const { refused } = await passFenceNow(this.dependencies.keyring, this.handler, handled);
    if (refused.length === 0) return;
    await this.handler.undo(refused);
    this.dependencies.observer.refusedByFence(this.options.group, refused.length);
  }

  private async deadLetter(record: LogRecord, error: unknown, signal: AbortSignal): Promise<void> {
    const { group } = this.options;
    const event = deadLetterOf(record, { group, error, failedAtMs: this.dependencies.clock.nowMs() });
    const { partition } = record;
    const { subjectId } = event;
    const topic = TOPICS.deadLetters.name;
    const key = `${group}/${record.topic}/${partition}/${record.offset}`;
    const append = { topic, partition, key, value: JSON.stringify(event), ...(subjectId ? { subjectId } : {}) };
    await this.persist(() => this.dependencies.log.append([append]), signal);
    this.dependencies.observer.deadLettered(group, event.code, record);
  }

  /** For steps that no record is to blame for: retried until they work or the batch is taken away. */
  private persist<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return retryInPlace(step, { ...this.retryOptions(signal), unknownAttemptsMax: Infinity, retryPermanent: true });
  }

  private retryOptions(signal: AbortSignal) {
    const onRetry = (error: unknown) => {
      this.moved(0);
      this.dependencies.observer.retried(this.options.group, isMemoryError(error) ? error.code : 'unknown');
    };
    return { ...this.options.retry, signal, onRetry };
  }
}
