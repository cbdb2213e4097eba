import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type TenantId } from '@mneme/events';
import { isMemoryError, StateDigest, tenantRef, Timeout } from '@mneme/domain';
import type { AuditableStore, EventLog } from '@mneme/ports';
import { expectedDigests, type ExpectedPorts, touchesTenant } from './expected-digests.js';

export interface StoreComparison {
  readonly store: string;
  readonly storeSum: string;
  readonly logSum: string;
  readonly storeRecords: number;
  readonly logRecords: number;
  readonly equal: boolean;
}

export interface DigestPorts extends ExpectedPorts {
  readonly log: EventLog;
}

export interface DigestLimits {
  /** How long to wait for the projections to come up with the log. */
  readonly catchUpMsMax: number;
  /** How often to begin anew when the tenant wrote meanwhile. */
  readonly attemptsMax: number;
}

/** Consumer groups that project `memories`, after the one that adds facts to it. */
const PROJECTING_GROUPS = ['graph-extractor', 'catalogue', 'embedder', 'fact-graph'] as const;
const POLL_MS = 20;

/**
 * Compares what the stores hold of a tenant with what the log says they should, at one place in the log: begins anew
 * when a record of the tenant came in meanwhile.
 * @throws Timeout when the projections do not catch up, or the tenant never stands still.
 */
export async function digestTenant(
  ports: DigestPorts,
  { tenantId, stores, limits }: { tenantId: TenantId; stores: readonly AuditableStore[]; limits: DigestLimits },
): Promise<readonly StoreComparison[]> {
  for (let attempt = 0; attempt < limits.attemptsMax; attempt += 1) {
    const ends = await ports.log.endOffsets(TOPICS.memories.name);
    await caughtUp(ports.log, ends, limits.catchUpMsMax);
    const compared = await compare(ports, { tenantId, stores, ends });
    if (!(await touchesTenant(ports.log, tenantId, ends))) return compared;
  }
  throw new Timeout('the tenant kept writing while its state was compared; try again when it rests');
}

/** Compares stores with the log as it stands below `ends`. */
export async function compare(
  ports: ExpectedPorts & { readonly log: EventLog },
  { tenantId, stores, ends }: { tenantId: TenantId; stores: readonly AuditableStore[]; ends: readonly number[] },
): Promise<readonly StoreComparison[]> {
  const expected = await expectedDigests(ports, tenantId, ends);
  const comparisons: StoreComparison[] = [];
  for (const store of stores) {
    const { held, isWhole } = await digestOf(store, tenantId);
    const should = expected.get(store.storeName) ?? new StateDigest();
    comparisons.push({
      store: store.storeName,
      storeSum: held.hex,
      logSum: should.hex,
      storeRecords: held.count,
      logRecords: should.count,
      equal: isWhole && held.hex === should.hex && held.count === should.count,
    });
  }
  return comparisons;
}

/** A record that cannot be read equals none: the sum ends there, and the store is not what the log says. */
async function digestOf(store: AuditableStore, tenantId: TenantId) {
  const held = new StateDigest();
  try {
    for await (const record of store.records(tenantRef(tenantId))) held.add(record);
    return { held, isWhole: true };
  } catch (error) {
    if (isMemoryError(error) && error.code === 'corrupt') return { held, isWhole: false };
    throw error;
  }
}

async function caughtUp(log: EventLog, ends: readonly number[], catchUpMsMax: number): Promise<void> {
  const deadlineMs = performance.now() + catchUpMsMax;
  for (const group of PROJECTING_GROUPS) {
    for (;;) {
      const committed = await log.committedOffsets(group, TOPICS.memories.name);
      if (ends.every((end, partition) => (committed[partition] ?? 0) >= end)) break;
      if (performance.now() >= deadlineMs) throw new Timeout(`the group "${group}" has not caught up with the log`);
      await sleep(POLL_MS);
    }
  }
}
