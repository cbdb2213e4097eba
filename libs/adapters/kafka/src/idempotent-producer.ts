import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '@mneme/domain';
import type { Broker, Cluster, Message } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.js';
import { isDenied, typeOf } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';

const ALL_REPLICAS = -1;
const SEQUENCE_MAX = 2 ** 31 - 1;
const EPOCH_MAX = 2 ** 15 - 2;
/** What no repeat can change: the batch, or what Kafka remembers of this producer. */
const FINAL: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'KAFKA_STORAGE_ERROR',
]);

/** Records of one partition that Kafka takes whole or not at all. */
export interface ProduceBatch {
  /** As Kafka names it. */
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
}

/** One epoch of a producer: what goes out under an earlier one goes out under that one's numbers. */
interface Identity {
  readonly producerId: string;
  readonly epoch: number;
  /** The number of the next record, by partition. */
  readonly sequences: Map<string, number>;
}

interface Attempt {
  readonly batches: readonly ProduceBatch[];
  readonly offsets: Map<string, number>;
  /** It has ended, or is no longer waited for: whatever of it still runs writes nothing. */
  isOver: boolean;
}

interface ProducingBroker extends Omit<Broker, 'produce'> {
  initProducerId(request: { readonly transactionTimeout: number }): Promise<{ readonly producerId: string }>;
  produce(request: {
    readonly producerId: string;
    readonly producerEpoch: number;
    readonly acks: number;
    readonly timeout: number;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly { partition: number; firstSequence: number; messages: readonly Message[] }[];
    }[];
  }): Promise<{
    readonly topics: readonly {
      readonly topicName: string;
      readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
    }[];
  }>;
}

/**
 * Writes batches one request after the other. A request whose answer was lost is repeated under the same numbers, by which
 * Kafka knows it; one that is given up ends the epoch, so that Kafka refuses it if it comes in late, and no later batch is
 * taken for its repeat.
 */
export class IdempotentProducer {
  private identity: Identity | undefined;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly limits: KafkaLimits,
  ) {}

  /** Offsets of the first records, by `placeOf`. When it rejects, any of the batches may have been written. */
  async produce(batches: readonly ProduceBatch[], untilMs: number): Promise<ReadonlyMap<string, number>> {
    const offsets = new Map<string, number>();
    for (let attempts = 0; ; attempts += 1) {
      const open = batches.filter((batch) => !offsets.has(placeOf(batch)));
      const attempt: Attempt = { batches: open, offsets, isOver: false };
      try {
        await this.connection.use((cluster) => this.write(cluster, attempt));
        return offsets;
      } catch (error) {
        attempt.isOver = true;
        const isFinal = isDenied(error) || FINAL.has(typeOf(error) ?? '');
        const waitMs = Math.min(this.limits.retryPauseMs * 2 ** attempts, this.limits.retryPauseMsMax);
        if (isFinal || performance.now() + waitMs >= untilMs) {
          this.endEpoch();
          throw error;
        }
        await pause(waitMs);
      }
    }
  }

  /** Makes the producer known to Kafka. */
  async open(): Promise<void> {
    await this.connection.use((cluster) => this.identified(cluster));
  }

  private async write(cluster: Cluster, attempt: Attempt): Promise<void> {
    const identity = await this.identified(cluster);
    const requests = [...byLeader(cluster, attempt.batches)].map(async ([nodeId, led]) => {
      const broker = (await cluster.findBroker({ nodeId })) as unknown as ProducingBroker;
      if (attempt.isOver) return;
      const { topics } = await broker.produce({
        producerId: identity.producerId,
        producerEpoch: identity.epoch,
        acks: ALL_REPLICAS,
        timeout: this.limits.appendTimeoutMs,
        topicData: topicDataOf(led, identity),
      });
      if (attempt.isOver) return;
      const first = new Map(
        topics.flatMap(({ topicName: topic, partitions }) =>
          partitions.map(({ partition, baseOffset }) => [placeOf({ topic, partition }), Number(baseOffset)] as const),
        ),
      );
      for (const batch of led) acknowledged(batch, { identity, attempt, offset: first.get(placeOf(batch)) });
    });
    // All of them end before the next attempt: no two requests of this producer are under way to one partition.
    const ends = await Promise.allSettled(requests);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  private async identified(cluster: Cluster): Promise<Identity> {
    if (this.identity !== undefined) {
      const isWorn = [...this.identity.sequences.values()].some(
        (next) => next > SEQUENCE_MAX - this.limits.appendRecordsMax,
      );
      if (isWorn) this.endEpoch();
    }
    if (this.identity !== undefined) return this.identity;
    const broker = (await cluster.findControllerBroker()) as unknown as ProducingBroker;
    const { producerId } = await broker.initProducerId({ transactionTimeout: this.limits.requestTimeoutMs });
    // An attempt that was given up may hear of its own only now.
    this.identity ??= { producerId, epoch: 0, sequences: new Map() };
    return this.identity;
  }

  private endEpoch(): void {
    if (this.identity === undefined) return;
    const { producerId, epoch } = this.identity;
    this.identity = epoch >= EPOCH_MAX ? undefined : { producerId, epoch: epoch + 1, sequences: new Map() };
  }
}

interface Acknowledgement {
  readonly identity: Identity;
  readonly attempt: Attempt;
  readonly offset: number | undefined;
}

function acknowledged(batch: ProduceBatch, { identity, attempt, offset }: Acknowledgement): void {
  if (offset === undefined) throw new Unavailable('Kafka did not say where records went');
  const place = placeOf(batch);
  attempt.offsets.set(place, offset);
  identity.sequences.set(place, (identity.sequences.get(place) ?? 0) + batch.messages.length);
}

export function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

function byLeader(cluster: Cluster, batches: readonly ProduceBatch[]): ReadonlyMap<string, readonly ProduceBatch[]> {
  const led = new Map<string, ProduceBatch[]>();
  for (const batch of batches) {
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(batch.topic, [batch.partition]));
    if (nodeId === undefined) throw new Unavailable(`no broker leads ${placeOf(batch)}`);
    led.set(nodeId, [...(led.get(nodeId) ?? []), batch]);
  }
  return led;
}

function topicDataOf(batches: readonly ProduceBatch[], { sequences }: Identity) {
  const topics = new Map<string, { partition: number; firstSequence: number; messages: readonly Message[] }[]>();
  for (const { topic, partition, messages } of batches) {
    const firstSequence = sequences.get(placeOf({ topic, partition })) ?? 0;
    topics.set(topic, [...(topics.get(topic) ?? []), { partition, firstSequence, messages }]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
