import { type TopicName, TOPICS } from '@mneme/events';
import type { Clock, EventLog } from '@mneme/ports';
import type { PartitionLag, Topic } from '@mneme/proto';
import { GROUPS } from '../read-status.js';

export interface GroupLag {
  readonly group: string;
  readonly seconds: number;
  readonly records: number;
}

/** How far each consumer group is behind, and what the log holds. */
export class ReadLag {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  async lags(): Promise<PartitionLag[]> {
    const lags: PartitionLag[] = [];
    for (const [group, topic] of GROUPS) lags.push(...(await this.lagsOf(group, topic)));
    return lags;
  }

  /** By group: the most seconds that a record waits, and how many records wait. */
  async ofGroups(): Promise<readonly GroupLag[]> {
    const groups = new Map<string, GroupLag>();
    for (const { group, behindMs, endOffset, committedOffset } of await this.lags()) {
      const { seconds, records } = groups.get(group) ?? { seconds: 0, records: 0 };
      const waiting = Math.max(0, endOffset - committedOffset);
      groups.set(group, { group, seconds: Math.max(seconds, behindMs / 1_000), records: records + waiting });
    }
    return [...groups.values()];
  }

  async topics(): Promise<Topic[]> {
    const topics: Topic[] = [];
    for (const { name, retention } of Object.values(TOPICS)) {
      const endOffsets = [...(await this.log.endOffsets(name))];
      topics.push({ name, retention: retention.policy, keptMs: keptMsOf(retention), endOffsets });
    }
    return topics;
  }

  private async lagsOf(group: string, topic: TopicName): Promise<PartitionLag[]> {
    const committed = await this.log.committedOffsets(group, topic);
    // Read last: what was appended in between counts as waiting, and nothing as less than none.
    const ends = await this.log.endOffsets(topic);
    const lags: PartitionLag[] = [];
    for (const [partition, endOffset] of ends.entries()) {
      const committedOffset = committed[partition] ?? 0;
      const behindMs = committedOffset < endOffset ? await this.ageOf(topic, partition, committedOffset) : 0;
      lags.push({ group, topic, partition, committedOffset, endOffset, behindMs });
    }
    return lags;
  }

  /** Age of the first record at or behind an offset; what compaction has left of a partition may be nothing. */
  private async ageOf(topic: TopicName, partition: number, offset: number): Promise<number> {
    const [oldest] = await this.log.read({ topic, partition, offset }, 1);
    return oldest === undefined ? 0 : Math.max(0, this.clock.nowMs() - oldest.appendedAtMs);
  }
}

type Retention = (typeof TOPICS)[keyof typeof TOPICS]['retention'];

function keptMsOf(retention: Retention): number | undefined {
  switch (retention.policy) {
    case 'delete':
      return retention.retentionMs;
    case 'compact':
      return retention.tombstoneRetentionMs;
    case 'keep':
      return undefined;
  }
}
