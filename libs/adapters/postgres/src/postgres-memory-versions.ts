import { type MemoryId, TOPICS } from '@mneme/events';
import { LimitExceeded } from '@mneme/domain';
import { type LogRecord, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import type { Database } from './database.js';
import { KeysFollower } from './keys-follower.js';
import { type KeyPlace, MemoryKeys, type MemoryKeysLimits, type ReadLog } from './memory-keys.js';
import { recordsAt } from './records-at.js';
import { SharedRun } from './shared-run.js';

const TOPIC = TOPICS.memories.name;
/** How often a look is taken again because records were replaced while it was taken. */
const LOOKS_MAX = 3;

/** Versions of memories by a table of the log's keys; values are read from the log itself. */
export class PostgresMemoryVersions implements MemoryVersions {
  private readonly keys: MemoryKeys;
  private readonly catchingUp = new Map<number, SharedRun>();

  constructor(
    db: Database,
    private readonly log: ReadLog,
    limits: Partial<MemoryKeysLimits> = {},
  ) {
    this.keys = new MemoryKeys(db, log, limits);
  }

  async living(partition: number, memoryIds: readonly MemoryId[]): Promise<readonly LogRecord[]> {
    refuseMore('memoriesMax', memoryIds.length);
    if (memoryIds.length === 0) return [];
    for (let looks = 1; ; looks++) {
      const { records, gone } = await this.look(partition, memoryIds);
      if (gone.length === 0) return records;
      if (looks < LOOKS_MAX) continue;
      // The log goes on behind them and has nothing newer: their tombstones came and went unread.
      await this.keys.forget(partition, gone);
      return records;
    }
  }

  async published(partition: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
    refuseMore('keysMax', keys.length);
    if (keys.length === 0) return new Set();
    await this.catchUp(partition);
    return this.keys.keysAmong(partition, keys);
  }

  private async look(partition: number, memoryIds: readonly MemoryId[]) {
    await this.catchUp(partition);
    const places = await this.keys.placesOf(partition, memoryIds);
    const offsets = places.map(({ offset }) => offset);
    const found = await recordsAt(this.log, { topic: TOPIC, partition }, offsets);
    const records: LogRecord[] = [];
    const gone: KeyPlace[] = [];
    for (const place of places) {
      const record = found.get(place.offset);
      if (record?.key === place.key && record.value !== null) records.push(record);
      else gone.push(place);
    }
    return { records: byMemory(records), gone };
  }

  /** Keeps the table near the log's end from now on, until what it gives is stopped. */
  follow(intervalMs: number): KeysFollower {
    const followed = { behind: () => this.keys.behind(), catchUp: (partition: number) => this.catchUp(partition) };
    return new KeysFollower(followed, intervalMs);
  }

  private catchUp(partition: number): Promise<void> {
    const run = this.catchingUp.get(partition) ?? new SharedRun(() => this.keys.catchUp(partition));
    this.catchingUp.set(partition, run);
    return run.run();
  }
}

function refuseMore(name: keyof typeof MEMORY_VERSIONS_LIMITS, sent: number): void {
  const max = MEMORY_VERSIONS_LIMITS[name];
  if (sent <= max) return;
  throw new LimitExceeded('this is more than one look takes', { limit: `${name}=${max}`, sent: String(sent) });
}

/** In the order in which the memories come, the versions of each as numbers: keys are ordered as texts. */
function byMemory(records: readonly LogRecord[]): readonly LogRecord[] {
  const byId = new Map<string, LogRecord[]>();
  for (const record of records) {
    const memoryId = record.key.slice(0, record.key.indexOf('/'));
    byId.set(memoryId, [...(byId.get(memoryId) ?? []), record]);
  }
  return [...byId.values()].flatMap((versions) => versions.sort((a, b) => versionOf(a) - versionOf(b)));
}

function versionOf({ key }: LogRecord): number {
  return Number(key.slice(key.indexOf('/') + 1));
}
