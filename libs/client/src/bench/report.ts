import type { LatencySummary } from '../quantiles.js';
import type { BackgroundResult } from './background-ingest.js';
import type { LoadResult } from './load.js';
import type { ProcessUse } from './process-watch.js';
import type { Machine } from './machine.js';
import type { ReadsResult } from './reads.js';
import type { RecallResult } from './recalls.js';

/** Recalls of one kind, and how many memories the tenant had when they began. */
export interface RecallRow extends RecallResult {
  readonly memories: number;
}

/** Everything one run measured; times in milliseconds unless the name says otherwise. */
export interface BenchReport {
  readonly profile: 'embedded' | 'distributed';
  readonly startedAt: string;
  readonly seed: number;
  readonly memories: number;
  readonly machine: Machine;
  readonly load: LoadResult;
  /** Facts of the load; absent where the corpus states none. */
  readonly facts?: FactsResult;
  readonly singleTurn: LatencySummary;
  readonly recall: {
    /** How every recall was asked. */
    readonly limit: number;
    readonly similarityMin: number;
    readonly firstTouch: LatencySummary;
    readonly idle: readonly RecallRow[];
    readonly underIngest: readonly (RecallRow & { readonly background: BackgroundResult })[];
    readonly withOthers?: WithOthers;
  };
  readonly reads: ReadsResult;
  readonly erasures: readonly ErasureTime[];
  readonly rss: { readonly peakBytes: number; readonly byPhase: Readonly<Record<string, number>> };
  /** Of each process, over the whole run; absent for one process. */
  readonly processes?: readonly ProcessUse[];
  readonly disk: { readonly loadedBytes: number; readonly endBytes: number };
}

export interface FactsResult {
  readonly facts: number;
  readonly factsPerTurn: number;
  /** Facts a second from the first send until they can be read with their turns. */
  readonly recallablePerSecond: number;
}

export interface WithOthers {
  readonly otherMemories: number;
  readonly load: LoadResult;
  /** One at a time, right before the others came and after: the recalls under ingest had added memories meanwhile. */
  readonly before: RecallRow;
  readonly idle: RecallRow;
  /** `idle` over `before`. */
  readonly p50Ratio: number;
  readonly p95Ratio: number;
}

export interface ErasureTime {
  readonly who: 'medium user' | 'largest user';
  /** From the request to verified, quiet periods included. */
  readonly seconds: number;
  /** Seconds after the request at which each step was taken. */
  readonly steps: Readonly<Record<string, number>>;
  readonly erasedMemories: number;
  readonly verdict: string;
}
