import type { TopicName } from '@mneme/events';
import type { LogRecord } from '@mneme/ports';
import type { Cluster } from 'kafkajs';

export const SUBJECT_HEADER = 'subjectId';

const READ_UNCOMMITTED = 0;

/** A record as kafkajs decodes it. */
export interface KafkaRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | undefined>>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly firstOffset: string; readonly lastOffsetDelta: number };
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
  /** Where the next fetch begins: behind the last batch, also where compaction has emptied its end. */
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
}

/** One fetch from one broker. Errors are those of kafkajs; the first of any partition fails all of it. */
export async function fetchRecords(
  cluster: Cluster,
  nodeId: string,
  { topic, partitions, waitMs, bytesMax }: FetchRequest,
): Promise<readonly FetchedPartition[]> {
  const broker = await cluster.findBroker({ nodeId });
  const requested = partitions.map(({ partition, offset, bytesMax: maxBytes }) => {
    return { partition, fetchOffset: String(offset), maxBytes };
  });
  const { responses } = (await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: READ_UNCOMMITTED,
    topics: [{ topic, partitions: requested }],
  })) as FetchResponse;
  const offsets = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
  return responses.flatMap((response) =>
    response.partitions.map(({ partition, highWatermark, messages }) => {
      const offset = offsets.get(partition) ?? 0;
      return {
        partition,
        fromOffset: offset,
        // Kafka answers from the start of the batch that the offset lies in.
        records: messages.filter((record) => Number(record.offset) >= offset && !record.isControlRecord),
        nextOffset: Math.max(offset, endOfBatch(messages.at(-1))),
        endOffset: Number(highWatermark),
      };
    }),
  );
}

function endOfBatch(record: KafkaRecord | undefined): number {
  if (record === undefined) return 0;
  const { firstOffset, lastOffsetDelta } = record.batchContext;
  return Math.max(Number(record.offset), Number(firstOffset) + lastOffsetDelta) + 1;
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
