import {
  MemoryContent,
  MemoryDerivedV1,
  type MemoryDerived,
  type MemoryId,
  TOPICS,
  type TenantId,
} from '@mneme/events';
import { catalogueRowOf, graphFactOf, type IndexKeys, indexEntryOf, StateDigest, unseal } from '@mneme/domain';
import type { Embedder, EventLog, LogRecord } from '@mneme/ports';
import { type Keyring, parsedJson, type SubjectAccess } from '@mneme/platform';
import { memoryPages } from './memories-log.js';

export interface ExpectedPorts {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly embedder: Embedder;
}

/**
 * What the pure projection functions make of a tenant's living records of `memories` below `ends`, by store name.
 * Reads one partition at a time and holds ids only, so that it stays small however much is in the log.
 */
export async function expectedDigests(
  ports: ExpectedPorts,
  tenantId: TenantId,
  ends: readonly number[],
): Promise<ReadonlyMap<string, StateDigest>> {
  const sums = { catalogue: new StateDigest(), 'vector-index': new StateDigest(), 'fact-graph': new StateDigest() };
  const { indexKeys } = await ports.keyring.tenant(tenantId);
  for (const [partition, end] of ends.entries()) {
    const living = await livingVersions(ports.log, tenantId, { partition, end });
    const isLast = (record: LogRecord) => living.offsets.get(record.key) === record.offset;
    for await (const page of memoryPages(ports.log, { partition, offset: 0, end })) {
      const memories = page.filter(isLast).flatMap((record) => memoryOf(record, tenantId));
      const subjects = [...new Set(memories.map(({ subjectId }) => subjectId))];
      const accesses = await ports.keyring.openFresh(tenantId, subjects);
      for (const memory of memories) {
        const access = accesses.get(memory.subjectId);
        if (access?.state !== 'open' || access.epoch !== memory.epoch) continue;
        sums.catalogue.add(catalogueRowOf(memory));
        // Half a fact went to the dead letters of the graph.
        const fact = memory.fact === undefined ? undefined : graphFactOf(memory);
        if (fact !== undefined) sums['fact-graph'].add(fact);
        if (living.highest.get(memory.memoryId) !== memory.version) continue;
        sums['vector-index'].add(entryOf(memory, { access, indexKeys, model: ports.embedder.model }));
      }
    }
  }
  return new Map(Object.entries(sums));
}

/** Whether the log has a record of the tenant at or above `ends`. */
export async function touchesTenant(log: EventLog, tenantId: TenantId, ends: readonly number[]): Promise<boolean> {
  const now = await log.endOffsets(TOPICS.memories.name);
  for (const [partition, end] of now.entries()) {
    for await (const page of memoryPages(log, { partition, offset: ends[partition] ?? 0, end })) {
      // A tombstone does not say whose it is.
      if (page.some((record) => record.value === null || memoryOf(record, tenantId).length > 0)) return true;
    }
  }
  return false;
}

/** By key the offset of its last record, tombstones left out; by memory the highest version that lives. */
async function livingVersions(
  log: EventLog,
  tenantId: TenantId,
  { partition, end }: { readonly partition: number; readonly end: number },
) {
  const offsets = new Map<string, number>();
  for await (const page of memoryPages(log, { partition, offset: 0, end })) {
    for (const record of page) {
      if (record.value === null) offsets.delete(record.key);
      else if (memoryOf(record, tenantId).length > 0) offsets.set(record.key, record.offset);
    }
  }
  const highest = new Map<MemoryId, number>();
  for (const key of offsets.keys()) {
    const [memoryId, version] = key.split('/') as [MemoryId, string];
    highest.set(memoryId, Math.max(highest.get(memoryId) ?? 0, Number(version)));
  }
  return { offsets, highest };
}

/** The memory that a record holds, when it is this tenant's; a record that does not parse is in no store either. */
function memoryOf(record: LogRecord, tenantId: TenantId): MemoryDerived[] {
  // Most records of a big log are another tenant's: a look at the text spares the parse.
  if (record.value === null || !record.value.includes(`"tenantId":"${tenantId}"`)) return [];
  try {
    const memory = parsedJson(MemoryDerivedV1, record.value);
    return memory.tenantId === tenantId ? [memory] : [];
  } catch {
    return [];
  }
}

function entryOf(
  memory: MemoryDerived,
  keys: { access: SubjectAccess & { state: 'open' }; indexKeys: IndexKeys; model: Embedder['model'] },
) {
  const dataKeys = keys.access.keys;
  const content = parsedJson(MemoryContent, unseal(dataKeys, { ...memory, recordId: memory.memoryId }, memory.sealed));
  return indexEntryOf(memory, { content, dataKeys, indexKeys: keys.indexKeys, model: keys.model });
}
