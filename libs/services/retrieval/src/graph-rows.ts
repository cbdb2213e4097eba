import type { MemoryId } from '@mneme/events';
import type { CatalogueRow } from '@mneme/domain';
import type { Catalogue, MemoryFilter } from '@mneme/ports';
import type { Reader } from './reader.js';
import type { RecallInput } from './recall-input.js';

/** Memories that the graph alone has found and that are looked up. */
const LOOKED_UP_MAX = 60;

/** Rows of what the other legs have not found, as far as the filters of the recall let them through. */
export async function rowsOfGraph(
  { catalogue }: { readonly catalogue: Catalogue },
  { scope, tenant }: Reader,
  given: {
    readonly scores: ReadonlyMap<MemoryId, number>;
    readonly known: ReadonlySet<MemoryId>;
    readonly input: RecallInput;
  },
): Promise<readonly CatalogueRow[]> {
  const { scores, known, input } = given;
  const missing = [...scores]
    .filter(([memoryId]) => !known.has(memoryId))
    .sort(byScore)
    .slice(0, LOOKED_UP_MAX);
  const rows = await catalogue.get(
    scope,
    missing.map(([memoryId]) => memoryId),
  );
  const { confidenceMin } = tenant.policy;
  return rows.filter(
    (row) =>
      row.confidence >= confidenceMin &&
      (row.expiresAtMs === undefined || row.expiresAtMs > input.nowMs) &&
      passesFilter(row, input.filter),
  );
}

/** What the filters of a recall look at. */
export type Filtered = Pick<CatalogueRow, 'kind' | 'flags' | 'sessionKey' | 'sourceId' | 'occurredAtMs'> & {
  readonly agentId?: string | undefined;
  readonly teamId?: string | undefined;
};

/** Outside of an engine: for the few records that were reached by their ids. */
export function passesFilter(row: Filtered, filter: MemoryFilter): boolean {
  const isIn = <T>(wanted: readonly T[] | undefined, value: T | undefined) =>
    wanted === undefined || (value !== undefined && wanted.includes(value));
  return (
    isIn(filter.kinds, row.kind) &&
    (filter.flags === undefined || row.flags.some((flag) => filter.flags?.includes(flag))) &&
    isIn(filter.sessionKeys, row.sessionKey) &&
    isIn(filter.agentIds, row.agentId) &&
    isIn(filter.teamIds, row.teamId) &&
    isIn(filter.sourceIds, row.sourceId) &&
    row.occurredAtMs >= (filter.occurredFromMs ?? -Infinity) &&
    row.occurredAtMs < (filter.occurredToMs ?? Infinity)
  );
}

function byScore([oneId, one]: readonly [MemoryId, number], [otherId, other]: readonly [MemoryId, number]): number {
  return other - one || (oneId < otherId ? -1 : 1);
}
