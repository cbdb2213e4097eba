import type { TopicName } from '@mneme/events';
import { type EventLog, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { BATCH_RECORDS_MAX } from './consumer-config.js';
import type { Received } from './consumer-runner.js';

/** Of one partition, since this process holds it. */
interface Start {
  /** Aborted with the hold: with another one the partition may have been elsewhere meanwhile. */
  readonly signal: AbortSignal;
  readonly seen: number;
  /** Up to which records came here before: those of a batch that failed come again, and it may have been published. */
  readonly lastOffset: number;
  /**
   * From here on nothing can have been decided before: where the topic ended when the hold began, or behind as many records as
   * a batch may hold.
   */
  readonly untilOffset: number;
}

interface Asked<E> {
  readonly keysOf: (event: E) => readonly string[];
  /** Of the batch. */
  readonly signal: AbortSignal;
}

/**
 * Which records an owner had decided already in a batch that it published and that died before its commit: such a batch
 * comes again first of all, however it is cut then, and how often the process dies at it. What came behind those records has
 * been applied, so that deciding them anew would bring back what was taken away. Records are counted and not their offsets,
 * because a compacted topic has gaps. A batch that is tried again in place is looked for too: an append that failed may have
 * been written, in part or as a whole.
 */
export class Redelivery {
  private readonly starts = new Map<number, Start>();

  constructor(
    private readonly log: Pick<EventLog, 'endOffsets'>,
    private readonly versions: MemoryVersions,
    private readonly recordsMax = BATCH_RECORDS_MAX,
  ) {}

  /** Keys under which something was published for an event, taken away since or not; events without any are left out. */
  async publishedBefore<E>(
    received: readonly Received<E>[],
    { keysOf, signal }: Asked<E>,
  ): Promise<ReadonlyMap<E, readonly string[]>> {
    const doubtful = await this.doubtful(received, signal);
    if (doubtful.length === 0) return new Map();
    const asked = doubtful.map(({ event }) => [event, keysOf(event)] as const);
    const partition = doubtful[0]?.record.partition ?? 0;
    const published = await this.published(
      partition,
      asked.flatMap(([, keys]) => keys),
    );
    const found = asked.map(([event, keys]) => [event, keys.filter((key) => published.has(key))] as const);
    return new Map(found.filter(([, keys]) => keys.length > 0));
  }

  private async doubtful<E>(received: readonly Received<E>[], signal: AbortSignal): Promise<readonly Received<E>[]> {
    const [first] = received;
    if (first === undefined) return [];
    const { topic, partition } = first.record;
    const known = this.starts.get(partition);
    const before = known?.signal === signal ? known : await this.begun(topic, partition, signal);
    const isAgain = ({ record }: Received<E>) => record.offset <= before.lastOffset;
    const doubtful = received.filter((one) => one.record.offset < before.untilOffset || isAgain(one));
    // A batch that failed comes record by record, and is counted once.
    const fresh = doubtful.filter((one) => !isAgain(one));
    const seen = before.seen + fresh.length;
    const lastFresh = fresh.at(-1)?.record.offset ?? Infinity;
    const untilOffset = seen >= this.recordsMax ? Math.min(before.untilOffset, lastFresh + 1) : before.untilOffset;
    const lastOffset = Math.max(before.lastOffset, received.at(-1)?.record.offset ?? -1);
    this.starts.set(partition, { signal, seen, lastOffset, untilOffset });
    return doubtful;
  }

  private async begun(topic: TopicName, partition: number, signal: AbortSignal): Promise<Start> {
    const end = (await this.log.endOffsets(topic))[partition] ?? Infinity;
    return { signal, seen: 0, lastOffset: -1, untilOffset: end };
  }

  private async published(partition: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let at = 0; at < keys.length; at += MEMORY_VERSIONS_LIMITS.keysMax) {
      const page = keys.slice(at, at + MEMORY_VERSIONS_LIMITS.keysMax);
      for (const key of await this.versions.published(partition, page)) found.add(key);
    }
    return found;
  }
}
