import type { Audience, TenantId } from '@mneme/events';
import { ALIVE, type EntryBlock, ERASED, rowOfEntry } from './entry-block.js';

/** What a segment is of. */
export interface SegmentId {
  readonly tenantId: TenantId;
  readonly audience: Audience;
  readonly model: string;
}

/** A segment as it was at one change: later additions are not in it, and later removals not out of it. */
export interface SegmentSnapshot {
  readonly blocks: readonly EntryBlock[];
  readonly change: number;
}

export const BLOCK_ROWS_MAX = 512;
const SMALL_BLOCKS_MAX = 8;
const SEGMENT_BYTES = 1_024;
// A quarter of dead rows is worth reading the segment again.
const DEAD_ROWS_MIN = 256;
const DEAD_SHARE_MAX = 0.25;

/** The entries of one tenant, audience and model in memory, in the order in which SQLite took them. */
export class ScopeSegment {
  /** Whether SQLite has entries past the last block. */
  isBehind = true;
  /** The load that runs, so that two searches share it. */
  loading: Promise<void> | undefined;
  /** Searches that look at it; it stays known as long, so that removals reach it. */
  pins = 0;
  /** To be forgotten as soon as nobody looks at it. */
  isDoomed = false;
  bytes = SEGMENT_BYTES;
  private blocks: EntryBlock[] = [];
  private change = 1;
  private rows = 0;
  private dead = 0;

  constructor(readonly id: SegmentId) {}

  get lastBlock(): EntryBlock | undefined {
    return this.blocks.at(-1);
  }

  get isMostlyDead(): boolean {
    return this.dead > DEAD_ROWS_MIN && this.dead > this.rows * DEAD_SHARE_MAX;
  }

  append(block: EntryBlock): void {
    this.blocks.push(block);
    this.rows += block.rows;
    this.bytes += block.bytes;
  }

  /** Takes back the last blocks once many are small: they are read again as few. */
  shedSmallBlocks(): void {
    let from = this.blocks.length;
    while (from > 0 && (this.blocks[from - 1] as EntryBlock).rows < BLOCK_ROWS_MAX / 2) from -= 1;
    if (this.blocks.length - from <= SMALL_BLOCKS_MAX) return;
    for (const block of this.blocks.splice(from)) {
      this.rows -= block.rows;
      this.bytes -= block.bytes;
      for (const deadAt of block.deadAt) if (deadAt !== ALIVE) this.dead -= 1;
    }
  }

  /** Takes entries out of what is read from now on; erased ones also out of what is being read. */
  bury(entryIds: readonly number[], isErased: boolean): void {
    this.change += 1;
    for (const entryId of entryIds) {
      const block = this.blocks.find(({ rows, entryIds: ids }) => (ids[rows - 1] as number) >= entryId);
      const row = block === undefined ? -1 : rowOfEntry(block, entryId);
      if (block === undefined || row < 0) continue;
      if (block.deadAt[row] === ALIVE) this.dead += 1;
      block.deadAt[row] = isErased ? ERASED : this.change;
    }
  }

  snapshot(): SegmentSnapshot {
    return { blocks: [...this.blocks], change: this.change };
  }
}
