import { setTimeout as delay } from 'node:timers/promises';
import { Corrupt } from '@mneme/domain';
import type { Consumption, ConsumeOptions, RecordBatch } from '@mneme/ports';
import { GroupMember, type Membership } from './group-member.js';
import { HandlerRejected, HeldPartitions, Stalled } from './held-partitions.js';
import { type KafkaConnection, within } from './kafka-connection.js';
import { isDenied, kafkaError, typeOf } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';
import type { KafkaLog } from './kafka-log.js';
import { patiently } from './patiently.js';
import { startOffsetsOf } from './start-offsets.js';

/** Answers of the group's coordinator that stay the same however often it is asked. */
const HOPELESS: ReadonlySet<string> = new Set([
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_GROUP_ID',
  'GROUP_MAX_SIZE_REACHED',
]);

export interface ConsumedTopic {
  /** As Kafka names it. */
  readonly topic: string;
  readonly groupId: string;
  readonly partitionCount: number;
  readonly connection: KafkaConnection;
  readonly limits: KafkaLimits;
  readonly log: KafkaLog;
}

export interface BatchHandlers {
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** Called once after a handler rejected or the group cannot go on, when no handler runs any more. */
  readonly failed: (error: unknown) => void;
  /** Called once at the end, whatever its cause, before `failed`. */
  readonly ended: () => void;
}

/** A member of a group: it joins, holds its partitions until the group rebalances, and joins again. */
export class KafkaConsumption implements Consumption {
  private readonly stopping = new AbortController();
  private readonly running = new Map<number, Promise<void>>();
  private readonly member: GroupMember;
  private readonly done: Promise<void>;
  private failure: { readonly error: unknown } | undefined;
  private stalls = 0;
  private held: readonly number[] = [];

  constructor(
    private readonly consumed: ConsumedTopic,
    private readonly options: ConsumeOptions,
    private readonly handlers: BatchHandlers,
  ) {
    this.member = new GroupMember(consumed.connection, consumed, consumed.limits);
    this.done = this.run();
  }

  /**
   * Of a broker that has only just begun a group has no coordinator yet: that is waited for.
   * @throws Corrupt when the log does not have what the group has committed.
   */
  static async start(
    consumed: ConsumedTopic,
    options: ConsumeOptions,
    handlers: BatchHandlers,
  ): Promise<KafkaConsumption> {
    const member = new GroupMember(consumed.connection, consumed, consumed.limits);
    const partitions = Array.from({ length: consumed.partitionCount }, (_, partition) => partition);
    try {
      await patiently(() => startOffsetsOf({ ...consumed, member }, partitions), consumed.limits);
    } catch (error) {
      await consumed.connection.close(consumed.limits.stopTimeoutMs);
      throw kafkaError(error, `${consumed.groupId} cannot begin`);
    }
    return new KafkaConsumption(consumed, options, handlers);
  }

  partitions(): readonly number[] {
    return this.held;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    const { limits, groupId, connection } = this.consumed;
    let pauseMs = limits.retryPauseMs;
    while (!this.stopping.signal.aborted && this.failure === undefined) {
      try {
        const membership = await this.join();
        if (membership === undefined) break;
        this.held = membership.partitions;
        await new HeldPartitions(membership, this.heldWork()).hold(this.stopping.signal);
        pauseMs = limits.retryPauseMs;
        // Stalls that a year lies between are no failure.
        this.stalls = 0;
      } catch (error) {
        this.failure = this.failureOf(error);
        if (this.failure !== undefined) break;
        this.consumed.log('warn', `${groupId} joins again`, error instanceof Stalled ? error.error : error);
        await delay(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, limits.retryPauseMsMax);
      } finally {
        this.held = [];
      }
    }
    await Promise.all(this.running.values());
    await within(
      this.member.leave().catch(() => undefined),
      limits.stopTimeoutMs,
    );
    await connection.close(limits.stopTimeoutMs);
    this.handlers.ended();
    // What fails because it was told to stop is no failure.
    if (this.failure !== undefined && !this.stopping.signal.aborted) this.handlers.failed(this.failure.error);
  }

  /** Undefined when it was stopped meanwhile: the others' answer is then not waited for without end. */
  private async join(): Promise<Membership | undefined> {
    const joining = this.member.join();
    joining.catch(() => undefined);
    const { signal } = this.stopping;
    let onStop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (onStop = resolve));
    signal.addEventListener('abort', onStop);
    await Promise.race([joining, stopped]).finally(() => signal.removeEventListener('abort', onStop));
    if (!signal.aborted) return joining;
    await within(
      joining.catch(() => undefined),
      this.consumed.limits.stopTimeoutMs,
    );
    return undefined;
  }

  private heldWork() {
    const { consumed, options, member, running, handlers } = this;
    return { ...consumed, options, member, running, onBatch: handlers.onBatch };
  }

  /** Undefined for what another attempt may mend, however long it takes. */
  private failureOf(error: unknown): { readonly error: unknown } | undefined {
    if (error instanceof HandlerRejected) return { error: error.error };
    if (error instanceof Stalled) {
      this.stalls += 1;
      return this.stalls > this.consumed.limits.stalledRenewalsMax ? { error: error.error } : undefined;
    }
    const isHopeless = error instanceof Corrupt || isDenied(error) || HOPELESS.has(typeOf(error) ?? '');
    if (!isHopeless) return undefined;
    return { error: kafkaError(error, `${this.consumed.groupId} cannot go on`) };
  }
}
