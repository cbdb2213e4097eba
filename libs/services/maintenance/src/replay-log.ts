import { TOPICS } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { EventLog, LogRecord, ShadowStore } from '@mneme/ports';
import {
  type Keyring,
  passFence,
  passFenceNow,
  type ProjectionFactory,
  type Received,
  type RecordHandler,
} from '@mneme/platform';

export interface ReplayLogPorts {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly projections: ProjectionFactory;
}

const PAGE_RECORDS_MAX = 200;

/** Applies `memories` to stores that no consumer writes, with the consumers' own handlers. */
export class ReplayLog {
  recordsApplied = 0;
  private readonly handlers: readonly RecordHandler<unknown>[];

  constructor(
    private readonly ports: ReplayLogPorts,
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
    // An erasure may have raised the fence meanwhile: its sweep finds what was written before, and nothing is after.
    const { refused: fenced } = await passFenceNow(this.ports.keyring, handler, passed);
    if (fenced.length > 0) await handler.undo(fenced);
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

/** A linear congruential generator (Numerical Recipes' constants): for an order that can be had again, not for secrets. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
