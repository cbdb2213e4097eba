import { type MemoryId, TOPICS } from '@mneme/events';
import { LimitExceeded } from '@mneme/domain';
import { type LogRecord, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { guard } from './database.js';
import type { SqliteLogTables } from './sqlite-log-tables.js';

/** Reads the log by key: a compacted topic has an index of them. */
export class SqliteMemoryVersions implements MemoryVersions {
  constructor(private readonly tables: SqliteLogTables) {}

  async living(partition: number, memoryIds: readonly MemoryId[]): Promise<readonly LogRecord[]> {
    refuseMore('memoriesMax', memoryIds.length);
    const place = this.tables.partition(TOPICS.memories.name, partition);
    return guard(() => memoryIds.flatMap((memoryId) => [...place.readKeys(`${memoryId}/`)].sort(byVersion)));
  }

  async published(partition: number, keys: readonly string[]): Promise<ReadonlySet<string>> {
    refuseMore('keysMax', keys.length);
    const place = this.tables.partition(TOPICS.memories.name, partition);
    return guard(() => new Set(keys.filter((key) => place.hasKey(key))));
  }
}

function refuseMore(name: keyof typeof MEMORY_VERSIONS_LIMITS, sent: number): void {
  const max = MEMORY_VERSIONS_LIMITS[name];
  if (sent <= max) return;
  throw new LimitExceeded('this is more than one look takes', { limit: `${name}=${max}`, sent: String(sent) });
}

// Keys are ordered as texts, versions are numbers.
function byVersion(a: LogRecord, b: LogRecord): number {
  return versionOf(a) - versionOf(b);
}

function versionOf({ key }: LogRecord): number {
  return Number(key.slice(key.indexOf('/') + 1));
}
