import { setTimeout as pause } from 'node:timers/promises';
import type { TopicName } from '@mneme/events';
import { Unavailable } from '@mneme/domain';
import type { LogPosition, LogRecord } from '@mneme/ports';
import type { Cluster } from 'kafkajs';
import { byLeader, type FetchedPartition, fetchRecords, logRecordOf } from './fetch-records.js';
import type { GroupBroker, KafkaConnection } from './kafka-connection.js';
import { isOutOfRange, kafkaError } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';
import type { TopicNames } from './topic-names.js';

/** What a record costs in a fetch, as long as nobody knows better. */
const RECORD_BYTES = 2_048;
const FETCH_BYTES_MIN = 64 * 1024;
/** How often a partition that gives nothing and has more is asked again: one that has just got its leader may not know yet. */
const LOOKS_MAX = 6;
const LOOK_PAUSE_MS = 25;

/** Reads outside of any group's consumption. */
export class KafkaReads {
  constructor(
    private readonly connection: KafkaConnection,
    private readonly names: TopicNames,
    private readonly limits: KafkaLimits,
  ) {}

  /**
   * As `EventLog.read`: what was compacted or has expired is passed over, and only the log's end gives nothing.
   * @throws Unavailable when the partition has more than it gives.
   */
  async records(from: LogPosition, recordsMax: number): Promise<readonly LogRecord[]> {
    let { offset } = from;
    for (let look = 1; ; look += 1) {
      const { records, nextOffset } = await this.look({ ...from, offset }, recordsMax);
      if (records.length > 0) return records;
      offset = nextOffset;
      if (offset >= ((await this.endOffsets(from.topic))[from.partition] ?? 0)) return [];
      if (look >= LOOKS_MAX) throw nothingGiven({ ...from, offset });
      await pause(LOOK_PAUSE_MS * 2 ** look);
    }
  }

  /** One fetch from a position on, or from the log's start when that is behind it. */
  async page(from: LogPosition, bytesMax: number): Promise<FetchedPartition> {
    const topic = this.names.place(from.topic, from.partition);
    const { partition, offset } = from;
    const none = { partition, fromOffset: offset, records: [], nextOffset: offset, endOffset: offset };
    return this.attempt(async (cluster) => {
      const fetch = async (at: number) => {
        const [nodeId = ''] = [...byLeader(cluster, topic, [partition]).keys()];
        const partitions = [{ partition, offset: at, bytesMax }];
        const [page] = await fetchRecords(cluster, nodeId, { topic, partitions, waitMs: 0, bytesMax });
        return page ?? none;
      };
      try {
        return await fetch(offset);
      } catch (error) {
        if (!isOutOfRange(error)) throw error;
        const [start = 0] = await offsetsIn(cluster, topic, { partitions: [partition], at: 'start' });
        return start > offset ? fetch(start) : none;
      }
    });
  }

  /** The offset that the next record of each partition gets. */
  async endOffsets(topic: TopicName): Promise<readonly number[]> {
    return this.offsets(topic, 'end');
  }

  /** The offset of the oldest record that each partition has, or its end. */
  async startOffsets(topic: TopicName): Promise<readonly number[]> {
    return this.offsets(topic, 'start');
  }

  /** What the group has committed, by partition; undefined where it never did. */
  async committed(group: string, topic: TopicName): Promise<readonly (number | undefined)[]> {
    const groupId = this.names.group(group, topic);
    const name = this.names.topic(topic);
    const partitions = this.names.partitions().map((partition) => ({ partition }));
    return this.attempt(async (cluster) => {
      const coordinator = (await cluster.findGroupCoordinator({ groupId })) as unknown as GroupBroker;
      const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic: name, partitions }] });
      return committedOf(responses, this.names.partitionCount);
    });
  }

  private async look({ topic, partition, offset: fromOffset }: LogPosition, recordsMax: number) {
    const records: LogRecord[] = [];
    let offset = fromOffset;
    let bytes = 0;
    while (records.length < recordsMax && bytes < this.limits.readBytesMax) {
      const bytesMax = Math.min((recordsMax - records.length) * RECORD_BYTES, this.limits.readBytesMax - bytes);
      const page = await this.page({ topic, partition, offset }, Math.max(bytesMax, FETCH_BYTES_MIN));
      for (const record of page.records) {
        if (records.length >= recordsMax || bytes >= this.limits.readBytesMax) break;
        records.push(logRecordOf(topic, partition, record));
        bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
      }
      const isLast = page.nextOffset <= offset || page.nextOffset >= page.endOffset;
      offset = page.nextOffset;
      if (isLast) break;
    }
    return { records, nextOffset: offset };
  }

  private offsets(topic: TopicName, at: 'start' | 'end'): Promise<readonly number[]> {
    const name = this.names.topic(topic);
    return this.attempt((cluster) => offsetsIn(cluster, name, { partitions: this.names.partitions(), at }));
  }

  private async attempt<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    try {
      return await this.connection.useAgain(work);
    } catch (error) {
      throw kafkaError(error, 'Kafka could not be read');
    }
  }
}

/** It is not known then what the partition has. */
export function nothingGiven({ topic, partition, offset }: LogPosition): Unavailable {
  return new Unavailable(`Kafka gives nothing of ${topic}/${partition} from ${offset} on, and has more`);
}

interface Wanted {
  readonly partitions: readonly number[];
  readonly at: 'start' | 'end';
}

/** Where partitions begin or end, in the order in which they are named. */
export async function offsetsIn(cluster: Cluster, topic: string, { partitions, at }: Wanted): Promise<number[]> {
  const wanted = partitions.map((partition) => ({ partition }));
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: wanted, fromBeginning: at === 'start' }]);
  const offsets = new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return partitions.map((partition) => {
    const offset = offsets.get(partition);
    if (offset === undefined) throw new Error(`Kafka told no offset of partition ${partition}`);
    return offset;
  });
}

interface CommittedResponse {
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export function committedOf(responses: readonly CommittedResponse[], count: number): readonly (number | undefined)[] {
  const committed = new Array<number | undefined>(count).fill(undefined);
  for (const { partition, offset } of responses.flatMap(({ partitions }) => partitions)) {
    if (Number(offset) >= 0) committed[partition] = Number(offset);
  }
  return committed;
}
