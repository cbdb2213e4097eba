import { type MemoryId, TOPICS } from '@mneme/events';
import { InvalidInput, Unavailable } from '@mneme/domain';
import type { EventLog, LogRecord } from '@mneme/ports';
import type { Database } from './database.js';
import { KEYS } from './memory-keys-statements.js';

/** What is read of the log. */
export type ReadLog = Pick<EventLog, 'read' | 'endOffsets'>;

export interface MemoryKeysLimits {
  /** Records of the log that are read and noted at a time. */
  readonly pageRecords: number;
  /** Keys that one statement takes away. */
  readonly forgetKeysMax: number;
}

export const DEFAULT_MEMORY_KEYS_LIMITS: MemoryKeysLimits = { pageRecords: 1_000, forgetKeysMax: 10_000 };

const TOPIC = TOPICS.memories;
const TOMBSTONES_KEPT_MS = TOPIC.retention.tombstoneRetentionMs;
// How old the note that nothing is left to read may be before it is written anew.
const NOTE_AGE_MS_MAX = 3_600_000;

/** Where the log has the newest record of a key. */
export interface KeyPlace {
  readonly key: string;
  readonly offset: number;
}

interface Mark {
  readonly nextOffset: number;
  /** Since nothing was left to read. */
  readonly ageMs: number;
}

/** The table that stands in for an index by key, which the log need not have. */
export class MemoryKeys {
  private readonly limits: MemoryKeysLimits;

  constructor(
    private readonly db: Database,
    private readonly log: ReadLog,
    limits: Partial<MemoryKeysLimits> = {},
  ) {
    this.limits = { ...DEFAULT_MEMORY_KEYS_LIMITS, ...limits };
  }

  /**
   * Notes everything that one partition of `memories` has at this moment. Others may do it at the same time: a page is
   * noted only by who moves the mark from where the page begins, so that no lock is held while the log is read.
   * @throws InvalidInput for a partition that there is not; Unavailable when the log ends before what was noted of it.
   */
  async catchUp(partition: number): Promise<void> {
    // First the mark: whoever moves it further meanwhile has seen a later end than ours.
    const known = await this.db.get<Mark>(KEYS.mark, partition);
    const end = (await this.log.endOffsets(TOPIC.name))[partition];
    if (end === undefined) throw new InvalidInput('there is no such partition', { field: 'partition' });
    let mark = known ?? (await this.begin(partition));
    if (mark.nextOffset > end) throw logIsAnother(mark.nextOffset, { partition, end });
    if (mark.nextOffset < end && mark.ageMs > TOMBSTONES_KEPT_MS) mark = await this.beginAnew(partition, mark);
    const before = mark.nextOffset;
    while (mark.nextOffset < end) {
      const from = { topic: TOPIC.name, partition, offset: mark.nextOffset };
      const records = await this.log.read(from, this.limits.pageRecords);
      // The newest records may be gone from a compacted topic: then nothing is left to note.
      if (records.length === 0) break;
      mark = await this.note(partition, mark, records);
    }
    if (mark.nextOffset > before || mark.ageMs > NOTE_AGE_MS_MAX) await this.settle(partition, mark);
  }

  /** Partitions of which something is left to note. */
  async behind(): Promise<readonly number[]> {
    const marks = await this.db.all<{ readonly partition: number; readonly nextOffset: number }>(KEYS.marks);
    const noted = new Map(marks.map(({ partition, nextOffset }) => [partition, nextOffset]));
    const ends = await this.log.endOffsets(TOPIC.name);
    return ends.flatMap((end, partition) => ((noted.get(partition) ?? 0) < end ? [partition] : []));
  }

  /** Of these memories, by memory in the order given; in any order within a memory. */
  async placesOf(partition: number, memoryIds: readonly MemoryId[]): Promise<readonly KeyPlace[]> {
    return this.db.all<KeyPlace>(KEYS.places, partition, memoryIds);
  }

  /** Those that were published. */
  async keysAmong(partition: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.all<{ readonly key: string }>(KEYS.among, partition, keys);
    const found = new Set(rows.map(({ key }) => key));
    return new Set(keys.filter((key) => found.has(key)));
  }

  /** Takes out what the log has no more, unless something newer was noted meanwhile. */
  async forget(partition: number, places: readonly KeyPlace[]): Promise<void> {
    const columns = [places.map(({ key }) => key), places.map(({ offset }) => offset)];
    await this.db.run(KEYS.forget, partition, ...columns);
  }

  private async begin(partition: number): Promise<Mark> {
    await this.db.run(KEYS.begin, partition);
    return { nextOffset: 0, ageMs: 0 };
  }

  private async markOf(partition: number): Promise<Mark> {
    return (await this.db.get<Mark>(KEYS.mark, partition)) ?? this.begin(partition);
  }

  private async note(partition: number, mark: Mark, records: readonly LogRecord[]): Promise<Mark> {
    const newest = [...new Map(records.map((record) => [record.key, record])).values()];
    // By key, so that two writers never wait for each other crosswise.
    newest.sort((a, b) => (a.key < b.key ? -1 : 1));
    const nextOffset = (records.at(-1)?.offset ?? mark.nextOffset) + 1;
    const row = await this.db.get<{ readonly moved: number }>(
      KEYS.note,
      partition,
      mark.nextOffset,
      nextOffset,
      newest.map(({ key }) => key),
      newest.map(({ offset }) => offset),
      newest.map(({ value, appendedAtMs }) => (value === null ? appendedAtMs : null)),
    );
    return row?.moved === 1 ? { ...mark, nextOffset } : this.markOf(partition);
  }

  /** Nothing is left to read: tombstones that the log keeps no longer go here too. */
  private async settle(partition: number, { nextOffset }: Mark): Promise<void> {
    const { forgetKeysMax } = this.limits;
    await this.db.run(KEYS.settle, partition, nextOffset, NOTE_AGE_MS_MAX, TOMBSTONES_KEPT_MS, forgetKeysMax);
  }

  /** A tombstone may have come and gone unread since: what was noted cannot be trusted any more. */
  private async beginAnew(partition: number, mark: Mark): Promise<Mark> {
    await this.db.transaction(async (queries) => {
      if ((await queries.run(KEYS.beginAnew, partition, mark.nextOffset)) === 0) return;
      for (let after: string | null = ''; after !== null;) {
        const page: { readonly last: string | null } | undefined = await queries.get(
          KEYS.empty,
          partition,
          after,
          this.limits.forgetKeysMax,
        );
        after = page?.last ?? null;
      }
    });
    return this.markOf(partition);
  }
}

// An incident and not a reset: to begin anew by itself would hide that acknowledged records are gone.
function logIsAnother(noted: number, { partition, end }: { readonly partition: number; readonly end: number }) {
  return new Unavailable(
    `the log ends at ${end} in partition ${partition} of ${TOPIC.name}, before ${noted}, up to which its keys are noted: ` +
      'records are missing, or it is another log',
  );
}
