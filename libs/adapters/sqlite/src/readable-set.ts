import type { ReadScope } from '@mneme/domain';
import type { BlockReader } from './block-reader.js';
import type { EntryBlock } from './entry-block.js';
import type { ScanGate } from './scan-gate.js';
import type { ScopeSegment, SegmentId, SegmentSnapshot } from './scope-segment.js';
import type { SegmentCache } from './segment-cache.js';
import { TimeSlice } from './time-slice.js';

export type VisitBlock = (block: EntryBlock, change: number) => void;

/** One pass over all blocks that a scope can reach; every pass sees the same. */
export type Scan = (visit: VisitBlock) => Promise<void>;

export interface ScanSources {
  readonly cache: SegmentCache;
  readonly reader: BlockReader;
  readonly gate: ScanGate;
  /** Hears of what a linked thread has written. */
  catchUp(): void;
  /** Gives `work` a reader that sees the file as it is now, whatever is written meanwhile. */
  readonly snapshot: <T>(work: (reader: BlockReader) => Promise<T>) => Promise<T>;
}

const ATTEMPTS_MAX = 8;

/** Gives `work` scans over the entries of the scope's tenant and audiences, as they are at one moment. */
export async function withReadableSet<T>(
  sources: ScanSources,
  { scope, model }: { readonly scope: ReadScope; readonly model: string },
  work: (scan: Scan) => Promise<T>,
): Promise<T> {
  const ids = scope.audiences.map((audience) => ({ tenantId: scope.tenantId, audience, model }));
  const isWhole = await withSegments(sources, ids, async (segments, rest) =>
    rest.length > 0 ? undefined : { answer: await work(scanOf(sources.reader, segments, [])) },
  );
  if (isWhole !== undefined) return isWhole.answer;
  // Some of it is read from the file, which must stand still meanwhile.
  return sources.gate.scan(() =>
    sources.snapshot((reader) => withSegments(sources, ids, (segments, rest) => work(scanOf(reader, segments, rest)))),
  );
}

async function withSegments<T>(
  { cache, catchUp }: ScanSources,
  ids: readonly SegmentId[],
  work: (segments: readonly SegmentSnapshot[], rest: readonly SegmentId[]) => Promise<T>,
): Promise<T> {
  const opened: ScopeSegment[] = [];
  try {
    let rest: SegmentId[] = [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      rest = [];
      catchUp();
      for (const id of ids) {
        const segment = await cache.open(id);
        if (segment === undefined) rest.push(id);
        else opened.push(segment);
      }
      catchUp();
      // A memory may have moved between two audiences while the second was read.
      if (opened.every((segment) => !segment.isBehind)) break;
    }
    const segments = [...new Set(opened)].map((segment) => segment.snapshot());
    return await work(segments, rest);
  } finally {
    for (const segment of opened) cache.release(segment);
  }
}

function scanOf(reader: BlockReader, segments: readonly SegmentSnapshot[], rest: readonly SegmentId[]): Scan {
  return async (visit) => {
    const slice = new TimeSlice();
    for (const { blocks, change } of segments) {
      for (const block of blocks) {
        visit(block, change);
        if (slice.isUsedUp) await slice.giveWay();
      }
    }
    for (const id of rest) await scanFile(reader, id, { visit, slice });
  };
}

async function scanFile(
  reader: BlockReader,
  id: SegmentId,
  { visit, slice }: { readonly visit: VisitBlock; readonly slice: TimeSlice },
): Promise<void> {
  let after: EntryBlock | undefined;
  for (;;) {
    const { block, isLast } = reader.read(id, after);
    if (block !== undefined) visit(block, 0);
    if (isLast) return;
    after = block;
    if (slice.isUsedUp) await slice.giveWay();
  }
}
