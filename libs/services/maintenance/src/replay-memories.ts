import { TOPICS, type TenantId } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { EventLog, LogRecord, ShadowStore, ShadowStores } from '@mneme/ports';
import { passFence, type ProjectionFactory, type Received, type RecordHandler } from '@mneme/platform';
import { compare, type StoreComparison } from './digest-tenant.js';
import { type ExpectedPorts, touchesTenant } from './expected-digests.js';

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
}

const PAGE_RECORDS_MAX = 200;
const SETTLE_ATTEMPTS_MAX = 5;

/**
 * Rebuilds the projections from the start of `memories` in fresh stores beside the live ones, with the consumers' own
 * handlers, then compares them with the log. Derives nothing anew; the fresh stores go when it ends.
 */
export async function* replayMemories(ports: ReplayPorts, request: ReplayRequest): AsyncGenerator<ReplayStep> {
  const shadow = await ports.shadowStores.open();
  try {
    const replay = new Replay(ports, shadow);
    let ends = await ports.log.endOffsets(TOPICS.memories.name);
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
    // Records that came in meanwhile are applied too, so that both sides stand at one place.
    for (let attempt = 1; ; attempt += 1) {
      const now = await ports.log.endOffsets(TOPICS.memories.name);
      for await (const _page of replay.apply(ends, now)) yield { recordsApplied: replay.recordsApplied, recordsTotal };
      ends = now;
      const result = await compareAll(ports, { shadow, tenantIds: request.tenantIds, ends });
      const settled = await hasSettled(ports.log, request.tenantIds, ends);
      if (!settled && attempt < SETTLE_ATTEMPTS_MAX) continue;
      yield { recordsApplied: replay.recordsApplied, recordsTotal, result };
      return;
    }
  } finally {
    await shadow.discard();
  }
}

class Replay {
  recordsApplied = 0;
  private readonly handlers: readonly RecordHandler<unknown>[];

  constructor(
    private readonly ports: ReplayPorts,
    shadow: ShadowStore,
  ) {
    this.handlers = ports.projections(shadow);
  }

  /** Applies every partition from its `starts` to below its `ends`; yields after each page. */
  async *apply(starts: readonly number[], ends: readonly number[], seed?: number): AsyncGenerator<void> {
    const next = [...starts];
    const random = seed === undefined ? () => 0 : randomFrom(seed);
    for (;;) {
      const open = next.flatMap((offset, partition) => (offset < (ends[partition] ?? 0) ? [partition] : []));
      const partition = open[Math.floor(random() * open.length)];
      if (partition === undefined) return;
      const end = ends[partition] ?? 0;
      const from = { topic: TOPICS.memories.name, partition, offset: next[partition] ?? 0 };
      const page = (await this.ports.log.read(from, PAGE_RECORDS_MAX)).filter(({ offset }) => offset < end);
      next[partition] = page.length === 0 ? end : (page.at(-1)?.offset ?? 0) + 1;
      for (const handler of this.handlers) await this.applyPage(handler, page, { partition, nextOffset: end });
      this.recordsApplied += page.length;
      yield;
    }
  }

  private async applyPage(
    handler: RecordHandler<unknown>,
    page: readonly LogRecord[],
    { partition, nextOffset }: { readonly partition: number; readonly nextOffset: number },
  ): Promise<void> {
    const parsed = page.flatMap((record): Received<unknown>[] => parsedOrNothing(handler, record));
    const { passed, refused } = await passFence(this.ports.keyring, handler, parsed);
    const { signal } = new AbortController();
    await handler.handle(passed, signal);
    const refusedEvents = refused.map(({ event }) => event);
    await handler.finish({ partition, nextOffset, handled: passed, failed: [], refused: refusedEvents }, signal);
  }
}

/** What the live projection sent to the dead letters is in no store, and not in the fresh ones either. */
function parsedOrNothing(handler: RecordHandler<unknown>, record: LogRecord): Received<unknown>[] {
  try {
    return [{ record, event: handler.parse(record) }];
  } catch (error) {
    if (isMemoryError(error) && error.code === 'corrupt') return [];
    throw error;
  }
}

async function compareAll(
  ports: ReplayPorts,
  { shadow, tenantIds, ends }: { shadow: ShadowStore; tenantIds: readonly TenantId[]; ends: readonly number[] },
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

/** A linear congruential generator (Numerical Recipes' constants): for an order that can be had again, not for secrets. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
