import type { BlockReader } from './block-reader.js';
import { segmentKeyOf } from './scope-predicate.js';
import { ScopeSegment, type SegmentId } from './scope-segment.js';
import { TimeSlice } from './time-slice.js';

/**
 * The segments read last, in memory up to a bound. One that is bigger than the bound is not kept: it is read from the
 * file by every search. All changes of the file come through here, those of a linked thread by its notes, so that no search
 * sees less than was acknowledged.
 */
export class SegmentCache {
  private readonly segments = new Map<string, ScopeSegment>();
  private readonly tooBig = new Set<string>();
  private heldBytes = 0;

  constructor(
    private readonly reader: BlockReader,
    private readonly bytesMax: number,
  ) {}

  get bytes(): number {
    return this.heldBytes;
  }

  /** The segment, caught up and pinned until `release`; undefined when it is too big to be kept. */
  async open(id: SegmentId): Promise<ScopeSegment | undefined> {
    const key = keyOf(id);
    if (this.tooBig.has(key)) return undefined;
    const segment = this.take(key, id);
    try {
      while (segment.isBehind && !this.tooBig.has(key)) await this.catchUp(segment);
    } catch (error) {
      this.release(segment);
      throw error;
    }
    if (!this.tooBig.has(key)) return segment;
    this.release(segment);
    return undefined;
  }

  release(segment: ScopeSegment): void {
    segment.pins -= 1;
    if (segment.pins === 0 && segment.isDoomed) this.forget(segment);
    this.evict();
  }

  /** SQLite has taken new entries. */
  noteAdded(id: SegmentId): void {
    const segment = this.segments.get(keyOf(id));
    if (segment !== undefined) segment.isBehind = true;
  }

  noteRemoved(id: SegmentId, entryIds: readonly number[]): void {
    const segment = this.segments.get(keyOf(id));
    segment?.bury(entryIds, false);
    if (segment?.isMostlyDead === true) this.doom(segment);
  }

  /** Takes erased entries out of all that is read, and frees the memory that they were in. */
  noteErased(id: SegmentId, entryIds: readonly number[]): void {
    const key = keyOf(id);
    this.tooBig.delete(key);
    const segment = this.segments.get(key);
    if (segment === undefined) return;
    segment.bury(entryIds, true);
    this.doom(segment);
  }

  // The last one opened is the last one to go: a Map keeps the order of insertion.
  private take(key: string, id: SegmentId): ScopeSegment {
    let segment = this.segments.get(key);
    if (segment === undefined) {
      segment = new ScopeSegment(id);
      this.heldBytes += segment.bytes;
    } else {
      this.segments.delete(key);
    }
    this.segments.set(key, segment);
    segment.pins += 1;
    return segment;
  }

  private catchUp(segment: ScopeSegment): Promise<void> {
    segment.loading ??= this.load(segment).finally(() => {
      segment.loading = undefined;
    });
    return segment.loading;
  }

  private async load(segment: ScopeSegment): Promise<void> {
    const slice = new TimeSlice();
    this.resized(segment, () => segment.shedSmallBlocks());
    for (;;) {
      const { block, isLast } = this.reader.read(segment.id, segment.lastBlock);
      if (block !== undefined) this.resized(segment, () => segment.append(block));
      if (isLast) segment.isBehind = false;
      if (segment.bytes > this.bytesMax) {
        this.tooBig.add(keyOf(segment.id));
        this.doom(segment);
        return;
      }
      if (isLast) return;
      this.evict();
      if (slice.isUsedUp) await slice.giveWay();
    }
  }

  private resized(segment: ScopeSegment, change: () => void): void {
    const before = segment.bytes;
    change();
    this.heldBytes += segment.bytes - before;
  }

  private doom(segment: ScopeSegment): void {
    segment.isDoomed = true;
    if (segment.pins === 0) this.forget(segment);
  }

  private forget(segment: ScopeSegment): void {
    if (this.segments.delete(keyOf(segment.id))) this.heldBytes -= segment.bytes;
  }

  private evict(): void {
    if (this.heldBytes <= this.bytesMax) return;
    for (const segment of this.segments.values()) {
      if (segment.pins === 0) this.forget(segment);
      if (this.heldBytes <= this.bytesMax) return;
    }
  }
}

function keyOf({ tenantId, audience, model }: SegmentId): string {
  return segmentKeyOf(tenantId, audience, model);
}
