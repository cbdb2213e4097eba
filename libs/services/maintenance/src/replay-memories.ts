import { TOPICS, type TenantId } from '@mneme/events';
import type { EventLog, ShadowStore, ShadowStores } from '@mneme/ports';
import type { ProjectionFactory } from '@mneme/platform';
import { compare, type StoreComparison } from './digest-tenant.js';
import { type ExpectedPorts, touchesTenant } from './expected-digests.js';
import { ReplayLog } from './replay-log.js';

export interface ReplayPorts extends ExpectedPorts {
  readonly shadowStores: ShadowStores;
  readonly projections: ProjectionFactory;
}

export interface ReplayRequest {
  readonly tenantIds: readonly TenantId[];
  /** How often the whole log is applied over itself. */
  readonly times: number;
  /** Interleaves the partitions at random, reproducibly; absent: one partition after the other. */
  readonly shuffleSeed?: number | undefined;
}

export interface ReplayStep {
  readonly recordsApplied: number;
  readonly recordsTotal: number;
  readonly result?: readonly StoreComparison[];
  /** Whether the stores are the live ones now; in the last step of a switch. */
  readonly switched?: boolean;
}

const SETTLE_ATTEMPTS_MAX = 5;

/**
 * Rebuilds the projections from the start of `memories` in fresh stores beside the live ones, with the consumers' own
 * handlers, then compares them with the log. Derives nothing anew; the fresh stores go when it ends.
 */
export async function* replayMemories(ports: ReplayPorts, request: ReplayRequest): AsyncGenerator<ReplayStep> {
  const shadow = await ports.shadowStores.open();
  try {
    yield* rebuild(ports, new ReplayLog(ports, shadow), { ...request, shadow });
  } finally {
    await shadow.discard();
  }
}

/** All steps of a rebuild, up to the comparison. */
export async function* rebuild(
  ports: ReplayPorts,
  replay: ReplayLog,
  { shadow, ...request }: ReplayRequest & { readonly shadow: ShadowStore },
): AsyncGenerator<ReplayStep> {
  const ends = await ports.log.endOffsets(TOPICS.memories.name);
  const recordsTotal = sumOf(ends) * request.times;
  for (let round = 0; round < request.times; round += 1) {
    for await (const _page of replay.apply(
      ends.map(() => 0),
      ends,
      request.shuffleSeed,
    )) {
      yield { recordsApplied: replay.recordsApplied, recordsTotal };
    }
  }
  yield* settle(ports, replay, { shadow, tenantIds: request.tenantIds, ends, recordsTotal });
}

/** Applies what came in since `ends` too, so that both sides stand at one place, and compares them. */
export async function* settle(
  ports: ReplayPorts,
  replay: ReplayLog,
  { recordsTotal, ...at }: Standing & { readonly recordsTotal: number },
): AsyncGenerator<ReplayStep> {
  let { ends } = at;
  for (let attempt = 1; ; attempt += 1) {
    const now = await ports.log.endOffsets(TOPICS.memories.name);
    for await (const _page of replay.apply(ends, now)) yield { recordsApplied: replay.recordsApplied, recordsTotal };
    ends = now;
    const result = await compareAll(ports, { ...at, ends });
    const settled = await hasSettled(ports.log, at.tenantIds, ends);
    if (!settled && attempt < SETTLE_ATTEMPTS_MAX) continue;
    yield { recordsApplied: replay.recordsApplied, recordsTotal, result };
    return;
  }
}

interface Standing {
  readonly shadow: ShadowStore;
  readonly tenantIds: readonly TenantId[];
  /** Below them everything was applied. */
  readonly ends: readonly number[];
}

async function compareAll(
  ports: ReplayPorts,
  { shadow, tenantIds, ends }: Standing,
): Promise<readonly StoreComparison[]> {
  const stores = [shadow.catalogue, shadow.vectorIndex, shadow.factGraph];
  const all: StoreComparison[] = [];
  for (const tenantId of tenantIds) {
    for (const one of await compare(ports, { tenantId, stores, ends })) {
      all.push({ ...one, store: `${tenantId}/${one.store}` });
    }
  }
  return all;
}

async function hasSettled(log: EventLog, tenantIds: readonly TenantId[], ends: readonly number[]): Promise<boolean> {
  for (const tenantId of tenantIds) if (await touchesTenant(log, tenantId, ends)) return false;
  return true;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
