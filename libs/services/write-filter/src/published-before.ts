import { type SourceId, TOPICS, type TurnReceived } from '@mneme/events';
import { memoryIdOf, memoryKeyOf } from '@mneme/domain';
import { type EventLog, type LogPosition, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { BATCH_RECORDS_MAX, type Received } from '@mneme/platform';

const PAGE_RECORDS = 100;

interface PartitionStart {
  /** Of the hold on the partition: with another one it may have been elsewhere meanwhile. */
  readonly signal: AbortSignal;
  /** A batch that was published and not committed comes again first of all: offsets from here on cannot have been decided by a process before. */
  readonly untilOffset: number;
  /** Turns that came to nothing, or to quarantine, in the last batches before the start. */
  readonly notKept: ReadonlySet<string>;
}

/**
 * Which turns were decided before this process began: what a model or a rate has decided is published once, and a turn
 * that is delivered again is not decided anew.
 */
export class PublishedBefore {
  private readonly starts = new Map<number, PartitionStart>();

  constructor(
    private readonly log: EventLog,
    private readonly versions: MemoryVersions,
  ) {}

  /** Ids of those of the turns that were decided; nearly always none, and then without looking at the log. */
  async among(received: readonly Received<TurnReceived>[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const [first] = received;
    if (first === undefined) return NONE;
    const { partition, offset } = first.record;
    const known = this.starts.get(partition);
    const start = known?.signal === signal ? known : { signal, ...(await this.startOf(partition, offset)) };
    this.starts.set(partition, start);
    const doubtful = received.filter(({ record }) => record.offset < start.untilOffset).map(({ event }) => event);
    if (doubtful.length === 0) {
      if (start.notKept.size > 0) this.starts.set(partition, { ...start, notKept: NONE });
      return NONE;
    }
    const kept = await this.kept(partition, doubtful);
    return new Set(doubtful.map(({ turnId }) => turnId).filter((id) => kept.has(id) || start.notKept.has(id)));
  }

  private async startOf(partition: number, offset: number): Promise<Omit<PartitionStart, 'signal'>> {
    const notKept = new Set<string>();
    for (const topic of [TOPICS.discarded.name, TOPICS.quarantine.name] as const) {
      const end = (await this.log.endOffsets(topic))[partition] ?? 0;
      const start = Math.max(0, end - BATCH_RECORDS_MAX);
      for await (const key of this.keysOf({ topic, partition, offset: start }, end)) notKept.add(key);
    }
    return { untilOffset: offset + BATCH_RECORDS_MAX, notKept };
  }

  // In pages: each record of the quarantine has a whole turn, and one read ends at a number of bytes.
  private async *keysOf(from: LogPosition, end: number): AsyncGenerator<string> {
    let { offset } = from;
    while (offset < end) {
      const records = await this.log.read({ ...from, offset }, PAGE_RECORDS);
      const last = records.at(-1);
      if (last === undefined) return;
      for (const { key } of records) yield key;
      offset = last.offset + 1;
    }
  }

  private async kept(partition: number, turns: readonly TurnReceived[]): Promise<ReadonlySet<string>> {
    const turnIds = new Map<string, string>(turns.map((turn) => [episodeKeyOf(turn), turn.turnId]));
    const keys = [...turnIds.keys()];
    const kept = new Set<string>();
    for (let at = 0; at < keys.length; at += MEMORY_VERSIONS_LIMITS.keysMax) {
      const page = keys.slice(at, at + MEMORY_VERSIONS_LIMITS.keysMax);
      for (const key of await this.versions.published(partition, page)) kept.add(turnIds.get(key) ?? '');
    }
    return kept;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Key on `memories` of what a turn is kept as. */
export function episodeKeyOf({ tenantId, subjectId, turnId, recordedAt: version }: TurnReceived): string {
  const sourceId = turnId as string as SourceId;
  return memoryKeyOf({ memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 }), version });
}
