import { setTimeout as delay } from 'node:timers/promises';
import { Corrupt, Unavailable } from '@mneme/domain';
import type { ConsumeOptions, RecordBatch } from '@mneme/ports';
import { CommitQueue } from './commit-queue.js';
import { byLeader, type FetchedPartition, fetchRecords, logRecordOf } from './fetch-records.js';
import type { GroupMember, Membership } from './group-member.js';
import { type KafkaConnection, within } from './kafka-connection.js';
import { isDenied, isLostMembership, isOutOfRange, kafkaError, typeOf } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';
import type { KafkaLog } from './kafka-log.js';
import { PartitionPump } from './partition-pump.js';
import { StallWatch } from './stall-watch.js';
import { startOffsetsOf } from './start-offsets.js';

/** While a partition is full the others' fetch waits no longer than this, so that it is asked for again soon. */
const FETCH_WAIT_BESIDE_FULL_MS = 50;

export interface HeldWork {
  readonly options: ConsumeOptions;
  /** As Kafka names it. */
  readonly topic: string;
  readonly groupId: string;
  readonly connection: KafkaConnection;
  readonly member: GroupMember;
  readonly limits: KafkaLimits;
  readonly log: KafkaLog;
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** What still runs of each partition from before: its next batch waits for that. */
  readonly running: Map<number, Promise<void>>;
}

/** How a time of holding partitions ended: by a rebalance, because they are lost already, or for good. */
type Ending = { readonly isLost: boolean } | { readonly error: unknown };

/** A handler has rejected, which ends the consumption. */
export class HandlerRejected {
  constructor(readonly error: unknown) {}
}

/** A partition holds records and gives none. */
export class Stalled {
  constructor(readonly error: Unavailable) {}
}

/** The partitions of one generation: fetched, handed out and committed until the group rebalances. */
export class HeldPartitions {
  private readonly pumps = new Map<number, PartitionPump>();
  private readonly commits: CommitQueue;
  private readonly fetching = new Map<string, Promise<void>>();
  private readonly stalls: StallWatch;
  private readonly ended = new AbortController();
  private readonly idle = new AbortController();
  private ending: Ending | undefined;
  private readonly waitingForRoom = new Set<() => void>();

  constructor(
    private readonly membership: Membership,
    private readonly work: HeldWork,
  ) {
    this.commits = new CommitQueue((offsets) => this.commit(offsets));
    this.stalls = new StallWatch(work.limits.stalledAfterMs);
  }

  /** Resolves when the group is to be joined again; rejects when it makes no sense to, with all handlers ended. */
  async hold(stop: AbortSignal): Promise<void> {
    const { partitions } = this.membership;
    const starts = await startOffsetsOf(this.work, partitions);
    const unknown = new Map(
      [...starts].filter(([, { isNew, offset }]) => isNew && offset > 0).map(([p, s]) => [p, s.offset]),
    );
    // An empty partition of an old topic: without a commit nobody could tell that the group has nothing left to do there.
    if (unknown.size > 0) await this.commit(unknown);
    const onStop = () => this.end({ isLost: true });
    stop.addEventListener('abort', onStop);
    if (stop.aborted) onStop();
    const running = [...starts].map(([partition, { offset }]) => this.startPump(partition, offset));
    const beating = this.beat();
    this.spread();
    await this.untilEnded();
    await this.close(running, stop);
    this.idle.abort();
    stop.removeEventListener('abort', onStop);
    await within(Promise.all([beating, ...this.fetching.values()]), this.work.limits.stopTimeoutMs);
    if (this.ending !== undefined && 'error' in this.ending) throw this.ending.error;
  }

  private async close(running: readonly Promise<void>[], stop: AbortSignal): Promise<void> {
    for (const pump of this.pumps.values()) pump.end();
    const isLost = this.ending === undefined || 'error' in this.ending || this.ending.isLost;
    if (!isLost) await within(Promise.all(running), this.work.limits.rebalanceDrainMs);
    for (const pump of this.pumps.values()) pump.abort();
    // Until this member joins nobody else has its partitions: what is still being written comes before what they write.
    if (!isLost) await within(Promise.all(running), this.work.limits.rebalanceAbortMs);
    // Whoever stops waits for the handlers; the group does not.
    if (stop.aborted || (this.ending !== undefined && 'error' in this.ending)) await Promise.all(running);
  }

  private startPump(partition: number, offset: number): Promise<void> {
    const { options, limits, onBatch } = this.work;
    const pump = new PartitionPump(partition, offset, {
      options,
      limits,
      onBatch,
      commit: (of, nextOffset) => this.commits.commit(of, nextOffset),
      drained: () => this.roomMade(),
    });
    this.pumps.set(partition, pump);
    const before = this.work.running.get(partition) ?? Promise.resolve();
    const running = before
      .then(() => pump.run())
      .catch((error: unknown) => this.end({ error: new HandlerRejected(error) }));
    this.work.running.set(partition, running);
    return running;
  }

  private async commit(offsets: ReadonlyMap<number, number>): Promise<void> {
    try {
      await this.work.member.commit(this.membership, offsets);
    } catch (error) {
      if (isLostMembership(error)) this.end({ isLost: typeOf(error) !== 'REBALANCE_IN_PROGRESS' });
      throw kafkaError(error, `${this.work.groupId} could not commit`);
    }
  }

  /** Tells Kafka that this member lives, also while its handlers take their time. */
  private async beat(): Promise<void> {
    const { limits, member, log, groupId } = this.work;
    // Kafka counts from when it has heard, which is after the asking.
    let heardMs = performance.now();
    while (!this.idle.signal.aborted) {
      await delay(limits.heartbeatIntervalMs, undefined, { signal: this.idle.signal }).catch(() => undefined);
      if (this.idle.signal.aborted) return;
      const askedMs = performance.now();
      const lost = setTimeout(() => this.end({ isLost: true }), heardMs + limits.sessionTimeoutMs - askedMs);
      try {
        await member.heartbeat(this.membership);
        heardMs = askedMs;
        this.spread();
      } catch (error) {
        if (isLostMembership(error)) this.end({ isLost: typeOf(error) !== 'REBALANCE_IN_PROGRESS' });
        else log('warn', `${groupId} could not be told to Kafka`, error);
      } finally {
        clearTimeout(lost);
      }
    }
  }

  /** One loop of fetches for each broker that leads one of the partitions. */
  private spread(): void {
    void this.work.connection
      .use(async (cluster) => [...byLeader(cluster, this.work.topic, this.membership.partitions).keys()])
      .then((nodeIds) => {
        for (const nodeId of nodeIds) {
          if (this.fetching.has(nodeId) || this.ended.signal.aborted) continue;
          const loop = this.fetchFrom(nodeId)
            .catch((error: unknown) => this.end({ error }))
            .then(() => void this.fetching.delete(nodeId));
          this.fetching.set(nodeId, loop);
        }
      })
      .catch((error: unknown) => this.work.log('warn', `${this.work.groupId} has lost its leaders`, error));
  }

  private async fetchFrom(nodeId: string): Promise<void> {
    const { limits, log, groupId } = this.work;
    let pauseMs = limits.retryPauseMs;
    while (!this.ended.signal.aborted) {
      try {
        if (!(await this.fetchOnce(nodeId))) return;
        pauseMs = limits.retryPauseMs;
      } catch (error) {
        if (this.ended.signal.aborted) return;
        this.understand(error);
        log('warn', `${groupId} could not fetch`, error);
        await delay(pauseMs, undefined, { signal: this.ended.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, limits.retryPauseMsMax);
      }
    }
  }

  /** Answers false when the broker no longer leads any of the partitions. */
  private async fetchOnce(nodeId: string): Promise<boolean> {
    const { limits, connection, topic } = this.work;
    let led: readonly number[] | undefined;
    const fetched = await connection.use(async (cluster) => {
      led = byLeader(cluster, topic, this.membership.partitions).get(nodeId);
      const open = (led ?? []).flatMap((partition) => this.pumps.get(partition) ?? []).filter(({ hasRoom }) => hasRoom);
      if (led === undefined || open.length === 0) return [];
      const isAll = open.length === led.length;
      const waitMs = isAll ? limits.fetchWaitMs : Math.min(limits.fetchWaitMs, FETCH_WAIT_BESIDE_FULL_MS);
      const partitions = open.map(({ partition, nextOffset: offset }) => {
        return { partition, offset, bytesMax: limits.partitionFetchBytesMax };
      });
      return fetchRecords(cluster, nodeId, { topic, partitions, waitMs, bytesMax: limits.fetchBytesMax });
    }, limits.fetchWaitMs);
    if (led === undefined) return false;
    if (fetched.length === 0) await this.room(led);
    for (const one of fetched) this.take(one);
    return true;
  }

  private take(fetched: FetchedPartition): void {
    const { partition, fromOffset, records, nextOffset, endOffset } = fetched;
    const pump = this.pumps.get(partition);
    // While a partition changes its leader, both may be asked for the same records.
    if (pump === undefined || pump.nextOffset !== fromOffset) return;
    if (this.stalls.isStalled(fetched, performance.now())) {
      return this.end({ error: new Stalled(this.stallOf(pump, endOffset)) });
    }
    const { topic } = this.work.options;
    pump.add(
      records.map((record) => logRecordOf(topic, partition, record)),
      nextOffset,
    );
  }

  private stallOf({ partition, nextOffset }: PartitionPump, endOffset: number): Unavailable {
    const detail = { limit: `stalledAfterMs=${this.work.limits.stalledAfterMs}` };
    const where = `${this.work.topic}/${partition} from ${nextOffset} to ${endOffset}`;
    return new Unavailable(`Kafka gives ${this.work.groupId} no record of ${where}`, detail);
  }

  /** Throws what no further fetch can mend. */
  private understand(error: unknown): void {
    const { topic, groupId } = this.work;
    if (isDenied(error)) throw kafkaError(error, `${groupId} could not fetch`);
    if (!isOutOfRange(error)) return;
    const { partition } = error as { readonly partition?: number };
    const offset = partition === undefined ? undefined : this.pumps.get(partition)?.nextOffset;
    throw new Corrupt(
      `the log has no longer, or not yet, what ${groupId} is to do next: ${topic}/${partition} from ${offset} on; set the ` +
        'offset of the group by hand, after finding out what was lost',
      { field: 'nextOffset', sent: String(offset) },
    );
  }

  private end(ending: Ending): void {
    this.ending ??= ending;
    this.ended.abort();
    this.roomMade();
  }

  private roomMade(): void {
    const waiting = [...this.waitingForRoom];
    this.waitingForRoom.clear();
    for (const resolve of waiting) resolve();
  }

  /** Resolves when one of the partitions can take more records, or at the end. */
  private room(partitions: readonly number[]): Promise<void> {
    return new Promise((resolve) => {
      const hasRoom = partitions.some((partition) => this.pumps.get(partition)?.hasRoom);
      if (this.ended.signal.aborted || hasRoom) resolve();
      else this.waitingForRoom.add(resolve);
    });
  }

  private untilEnded(): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended.signal.aborted) resolve();
      else this.ended.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
