import { type MemoryId, TOPICS } from '@mneme/events';
import { LimitExceeded } from '@mneme/domain';
import { type LogRecord, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { guard } from './database.js';
import type { SqliteLogTables } from './sqlite-log-tables.js';

/** Reads the log by key: a compacted topic has an index of them. */
export class SqliteMemoryVersions implements MemoryVersions {
  constructor(private readonly tables: SqliteLogTables) {}

  async living(partition: number, memoryIds: readonly MemoryId[]): Promise<readonly LogRecord[]> {
    const { memoriesMax } = MEMORY_VERSIONS_LIMITS;
    if (memoryIds.length > memoriesMax) {
      const detail = { field: 'memoryIds', limit: `memoriesMax=${memoriesMax}`, sent: String(memoryIds.length) };
      throw new LimitExceeded('these are more memories than one look takes', detail);
    }
    const place = this.tables.partition(TOPICS.memories.name, partition);
    return guard(() => memoryIds.flatMap((memoryId) => [...place.readKeys(`${memoryId}/`)].sort(byVersion)));
  }
}

// Keys are ordered as texts, versions are numbers.
function byVersion(a: LogRecord, b: LogRecord): number {
  return versionOf(a) - versionOf(b);
}

function versionOf({ key }: LogRecord): number {
  return Number(key.slice(key.indexOf('/') + 1));
}
