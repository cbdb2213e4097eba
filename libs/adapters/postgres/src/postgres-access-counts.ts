import type { MemoryId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { AccessCount, AccessCounts, MemoryAccess } from '@mneme/ports';
import type { Database } from './database.js';
import { memoryIdsAmong } from './memory-ids.js';
import { namedStatementsOf, valuesFor } from './named-statements.js';
import { READABLE, scopeValues } from './scope-predicate.js';
import { statementsOf } from './statements.js';

/** Access counts in the catalogue's own rows, so that they go with them. */
export class PostgresAccessCounts implements AccessCounts {
  constructor(private readonly db: Database) {}

  async noteAccesses(partition: number, accesses: readonly MemoryAccess[]): Promise<void> {
    if (accesses.length === 0) return;
    await this.db.transaction(async (queries) => {
      // Held until the end: whoever counts the same partition meanwhile waits, and then finds it done.
      await queries.run(WRITE.begin, partition);
      const mark = await queries.get<{ readonly lastOffset: number }>(WRITE.mark, partition);
      const fresh = accesses.filter(({ offset }) => offset > (mark?.lastOffset ?? -1));
      if (fresh.length === 0) return;
      const seen = seenOf(fresh);
      if (seen.length > 0) await queries.run(WRITE.count, ...columnsOf(seen));
      await queries.run(WRITE.putMark, partition, Math.max(...fresh.map(({ offset }) => offset)));
    });
  }

  async accessesOf(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<ReadonlyMap<MemoryId, AccessCount>> {
    const ids = memoryIdsAmong(memoryIds);
    if (ids.length === 0) return new Map();
    const values = valuesFor(READ.counts, { ...scopeValues(scope), memoryIds: ids });
    const rows = await this.db.all<AccessCount & { readonly memoryId: MemoryId }>(READ.counts, ...values);
    return new Map(rows.map(({ memoryId, count, lastAccessMs }) => [memoryId, { count, lastAccessMs }]));
  }
}

const WRITE = statementsOf('access-counts', {
  begin: 'INSERT INTO access_marks (partition, last_offset) VALUES ($1, -1) ON CONFLICT DO NOTHING',
  mark: 'SELECT last_offset AS "lastOffset" FROM access_marks WHERE partition = $1 FOR UPDATE',
  putMark: 'UPDATE access_marks SET last_offset = $2 WHERE partition = $1',
  // Locked by key before they are written, so that two partitions that tell of the same memories never wait for each
  // other crosswise. All versions count alike: which of them is the newest may change meanwhile.
  count: `UPDATE catalogue AS own SET access_count = own.access_count + locked.number,
      last_access_ms = greatest(own.last_access_ms, locked.at_ms)
    FROM (
      SELECT found.tenant_id, found.memory_id, found.version, seen.number, seen.at_ms
      FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[]) AS seen (tenant_id, memory_id, number, at_ms)
      JOIN catalogue AS found ON found.tenant_id = seen.tenant_id AND found.memory_id = seen.memory_id
      ORDER BY found.tenant_id, found.memory_id, found.version FOR NO KEY UPDATE OF found
    ) AS locked
    WHERE own.tenant_id = locked.tenant_id AND own.memory_id = locked.memory_id AND own.version = locked.version`,
});

const READ = namedStatementsOf('access-counts', {
  counts: `SELECT memory_id AS "memoryId", max(access_count) AS count, max(last_access_ms) AS "lastAccessMs"
    FROM catalogue WHERE memory_id = ANY (:memoryIds::uuid[]) AND ${READABLE} AND access_count > 0 GROUP BY memory_id`,
});

interface Seen {
  readonly tenantId: string;
  readonly memoryId: string;
  number: number;
  lastMs: number;
}

/** Each memory of each tenant once, however often it was recalled: it is written once. */
function seenOf(accesses: readonly MemoryAccess[]): readonly Seen[] {
  const byMemory = new Map<string, Seen>();
  for (const { tenantId, memoryIds, atMs } of accesses) {
    for (const memoryId of memoryIdsAmong(memoryIds)) {
      const key = `${memoryId}/${tenantId}`;
      const seen = byMemory.get(key) ?? { tenantId, memoryId, number: 0, lastMs: atMs };
      byMemory.set(key, seen);
      seen.number += 1;
      seen.lastMs = Math.max(seen.lastMs, atMs);
    }
  }
  return [...byMemory.values()];
}

function columnsOf(seen: readonly Seen[]) {
  return [
    seen.map(({ tenantId }) => tenantId),
    seen.map(({ memoryId }) => memoryId),
    seen.map(({ number }) => number),
    seen.map(({ lastMs }) => lastMs),
  ];
}
