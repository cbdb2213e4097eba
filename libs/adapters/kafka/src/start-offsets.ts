import { Corrupt } from '@mneme/domain';
import type { GroupMember } from './group-member.js';
import type { KafkaConnection } from './kafka-connection.js';
import { offsetsIn } from './kafka-reads.js';

export interface StartOffset {
  readonly offset: number;
  /** The group has never committed there. */
  readonly isNew: boolean;
}

interface Place {
  readonly topic: string;
  readonly groupId: string;
  readonly connection: KafkaConnection;
  readonly member: GroupMember;
}

/**
 * Where a group goes on in each partition: at its commit, or at the log's start where it has none.
 * @throws Corrupt when the log no longer has, or has not yet, what the group has committed: going on anywhere would skip
 * records or do them all again, and a person has to say which.
 */
export async function startOffsetsOf(
  { topic, groupId, connection, member }: Place,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, StartOffset>> {
  if (partitions.length === 0) return new Map();
  const committed = await member.committed();
  const [starts, ends] = await connection.useAgain((cluster) =>
    Promise.all([
      offsetsIn(cluster, topic, { partitions, at: 'start' }),
      offsetsIn(cluster, topic, { partitions, at: 'end' }),
    ]),
  );
  return new Map(
    partitions.map((partition, at): [number, StartOffset] => {
      const [start, end] = [starts[at] ?? 0, ends[at] ?? 0];
      const offset = committed[partition];
      if (offset === undefined) return [partition, { offset: start, isNew: true }];
      if (offset >= start && offset <= end) return [partition, { offset, isNew: false }];
      throw new Corrupt(
        `the group ${groupId} has committed ${offset} of ${topic}/${partition}, and the log has ${start} to ${end}: set the ` +
          'offset of the group by hand, after finding out what was lost',
        { field: 'committedOffset', limit: `${start}..${end}`, sent: String(offset) },
      );
    }),
  );
}
