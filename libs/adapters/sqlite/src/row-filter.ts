import type { IndexFilter } from '@mneme/ports';
import type { ReadScope } from '@mneme/domain';
import type { EntryBlock, Facet } from './entry-block.js';
import { mayReadDepartment } from './scope-predicate.js';

/** What a scan may look at in one block: a look-up by facet, so that a row costs one read. */
export interface BlockMask {
  /** 1 for a facet that the scope may read: what statistics are of. */
  readonly readable: Uint8Array;
  /** 1 for one that the filter wants too: what hits are of. */
  readonly wanted: Uint8Array;
}

/** The scope and the filter of one search, compiled. */
export class RowFilter {
  private readonly sets: FilterSets;
  private readonly fromMs: number;
  private readonly toMs: number;

  constructor(
    private readonly scope: ReadScope,
    private readonly filter: Partial<IndexFilter> = {},
  ) {
    this.sets = setsOf(filter);
    this.fromMs = filter.occurredFromMs ?? -Infinity;
    this.toMs = filter.occurredToMs ?? Infinity;
  }

  maskOf(block: EntryBlock): BlockMask {
    const readable = new Uint8Array(block.facets.length);
    const wanted = new Uint8Array(block.facets.length);
    block.facets.forEach((facet, index) => {
      if (!mayReadDepartment(this.scope, facet.departmentId)) return;
      readable[index] = 1;
      if (isWanted(this.sets, facet)) wanted[index] = 1;
    });
    return { readable, wanted };
  }

  /** What a facet does not say: trust, confidence, expiry, time and source of one row. */
  accepts(block: EntryBlock, row: number): boolean {
    const { filter } = this;
    const occurredAtMs = block.occurredAtMs[row] as number;
    return (
      (block.trust[row] as number) >= this.scope.minTrust &&
      (block.confidence[row] as number) >= (filter.confidenceMin ?? 0) &&
      (block.expiresAtMs[row] as number) > (filter.nowMs ?? -Infinity) &&
      occurredAtMs >= this.fromMs &&
      occurredAtMs < this.toMs &&
      (this.sets.sourceIds?.has(block.sourceIds[row] as string) ?? true)
    );
  }
}

type FilterSets = ReturnType<typeof setsOf>;

function setsOf(filter: Partial<IndexFilter>) {
  return {
    kinds: setOf(filter.kinds),
    flags: setOf(filter.flags),
    sessionKeys: setOf(filter.sessionKeys),
    agentIds: setOf(filter.agentIds),
    teamIds: setOf(filter.teamIds),
    sourceIds: setOf(filter.sourceIds),
  };
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string | null> | undefined {
  return values === undefined ? undefined : new Set(values);
}

function isWanted(sets: FilterSets, facet: Facet): boolean {
  const { flags } = sets;
  return (
    (sets.kinds?.has(facet.kind) ?? true) &&
    (sets.sessionKeys?.has(facet.sessionKey) ?? true) &&
    (sets.agentIds?.has(facet.agentId) ?? true) &&
    (sets.teamIds?.has(facet.teamId) ?? true) &&
    (flags === undefined || facet.flags.some((flag) => flags.has(flag)))
  );
}
