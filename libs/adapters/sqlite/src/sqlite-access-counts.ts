import type { MemoryId, TenantId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import type { AccessCount, AccessCounts, MemoryAccess } from '@mneme/ports';
import { type Database, guard, inTransaction, type Statement } from './database.js';
import { scopePredicate } from './scope-predicate.js';

interface Writes {
  readonly mark: Statement;
  readonly putMark: Statement;
  readonly count: Statement;
}

/** Access counts in the catalogue's own rows, so that they go with them; of the file that is live at the moment. */
export class SqliteAccessCounts implements AccessCounts {
  private readonly prepared = new WeakMap<Database, Writes>();

  constructor(private readonly live: () => Database) {}

  async noteAccesses(partition: number, accesses: readonly MemoryAccess[]): Promise<void> {
    const db = this.live();
    const { mark, putMark, count } = this.writesOf(db);
    inTransaction(db, () => {
      const before = (mark.get(partition) as { last_offset: number } | undefined)?.last_offset ?? -1;
      const fresh = accesses.filter(({ offset }) => offset > before);
      for (const [tenantId, seen] of seenOf(fresh)) count.run({ tenantId, seen: JSON.stringify(seen) });
      if (fresh.length > 0) putMark.run(partition, Math.max(...fresh.map(({ offset }) => offset)));
    });
  }

  async accessesOf(scope: ReadScope, memoryIds: readonly MemoryId[]): Promise<ReadonlyMap<MemoryId, AccessCount>> {
    const readable = scopePredicate(scope);
    const statement = this.live().prepare(`SELECT memory_id AS memoryId, max(access_count) AS count,
        max(last_access_ms) AS lastAccessMs FROM catalogue INDEXED BY catalogue_by_memory
      WHERE memory_id IN (SELECT value FROM json_each(:memoryIds)) AND ${readable.sql} AND access_count > 0
      GROUP BY memory_id`);
    const values = { ...readable.values, memoryIds: JSON.stringify(memoryIds) };
    const rows = guard(() => statement.all(values) as unknown as readonly (AccessCount & { memoryId: MemoryId })[]);
    return new Map(rows.map(({ memoryId, count, lastAccessMs }) => [memoryId, { count, lastAccessMs }]));
  }

  private writesOf(db: Database): Writes {
    const known = this.prepared.get(db);
    if (known !== undefined) return known;
    const writes = {
      mark: db.prepare('SELECT last_offset FROM access_marks WHERE partition = ?'),
      putMark: db.prepare(`INSERT INTO access_marks (partition, last_offset) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET last_offset = excluded.last_offset`),
      // One pass a batch: a memory that was recalled often is written once.
      count: db.prepare(`UPDATE catalogue INDEXED BY catalogue_by_memory
        SET access_count = access_count + seen.number, last_access_ms = max(coalesce(last_access_ms, 0), seen.at_ms)
        FROM (SELECT value ->> 0 AS id, value ->> 1 AS number, value ->> 2 AS at_ms FROM json_each(:seen)) AS seen
        WHERE catalogue.memory_id = seen.id AND catalogue.tenant_id = :tenantId`),
    };
    this.prepared.set(db, writes);
    return writes;
  }
}

type Seen = [id: MemoryId, number: number, atMs: number];

/** By tenant: each memory with how often and when last. */
function seenOf(accesses: readonly MemoryAccess[]): ReadonlyMap<TenantId, readonly Seen[]> {
  const byTenant = new Map<TenantId, Map<MemoryId, Seen>>();
  for (const { tenantId, memoryIds, atMs } of accesses) {
    const seen = byTenant.get(tenantId) ?? new Map<MemoryId, Seen>();
    byTenant.set(tenantId, seen);
    for (const id of new Set(memoryIds)) {
      const [, number, lastMs] = seen.get(id) ?? [id, 0, 0];
      seen.set(id, [id, number + 1, Math.max(lastMs, atMs)]);
    }
  }
  return new Map([...byTenant].map(([tenantId, seen]) => [tenantId, [...seen.values()]]));
}
