import type { TopicName } from '@mneme/events';
import type { LogRecord } from '@mneme/ports';
import type { Broker, Cluster } from 'kafkajs';
import { fetchRequest } from './fetch-request.js';

export const SUBJECT_HEADER = 'subjectId';

/** A record as kafkajs decodes it. */
export interface KafkaRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;
  readonly isControlRecord: boolean;
}

export interface PartitionRequest {
  readonly partition: number;
  readonly offset: number;
  readonly bytesMax: number;
}

export interface FetchRequest {
  /** As Kafka names it. */
  readonly topic: string;
  readonly partitions: readonly PartitionRequest[];
  readonly waitMs: number;
  readonly bytesMax: number;
}

export interface FetchedPartition {
  readonly partition: number;
  /** What was asked for. */
  readonly fromOffset: number;
  /** From there on. */
  readonly records: readonly KafkaRecord[];
  /** Where the next fetch begins: behind the last batch, also where compaction has emptied its end, or all of it. */
  readonly nextOffset: number;
  readonly endOffset: number;
}

interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly partition: number;
      readonly highWatermark: string;
      readonly messages: readonly KafkaRecord[];
    }[];
  }[];
  readonly batchEnds: ReadonlyMap<number, number>;
}

interface FetchingBroker extends Omit<Broker, 'fetch'> {
  readonly connectionPool: { send(fetch: ReturnType<typeof fetchRequest>): Promise<FetchResponse> };
}

/** One fetch from one broker. Errors are those of kafkajs; the first of any partition fails all of it. */
export async function fetchRecords(
  cluster: Cluster,
  nodeId: string,
  asked: FetchRequest,
): Promise<readonly FetchedPartition[]> {
  const broker = (await cluster.findBroker({ nodeId })) as unknown as FetchingBroker;
  const { responses, batchEnds } = await broker.connectionPool.send(fetchRequest(asked));
  const offsets = new Map(asked.partitions.map(({ partition, offset }) => [partition, offset]));
  return responses.flatMap((response) =>
    response.partitions.map(({ partition, highWatermark, messages }) => {
      const offset = offsets.get(partition) ?? 0;
      return {
        partition,
        fromOffset: offset,
        // Kafka answers from the start of the batch that the offset lies in.
        records: messages.filter((record) => Number(record.offset) >= offset && !record.isControlRecord),
        nextOffset: Math.max(offset, batchEnds.get(partition) ?? 0),
        endOffset: Number(highWatermark),
      };
    }),
  );
}

export function logRecordOf(topic: TopicName, partition: number, record: KafkaRecord): LogRecord {
  return {
    topic,
    partition,
    offset: Number(record.offset),
    key: record.key?.toString('utf8') ?? '',
    value: record.value?.toString('utf8') ?? null,
    appendedAtMs: Number(record.timestamp),
  };
}

/** Partitions by the broker that leads them. */
export function byLeader(cluster: Cluster, topic: string, partitions: readonly number[]): Map<string, number[]> {
  return new Map(Object.entries(cluster.findLeaderForPartitions(topic, [...partitions])));
}
