import type { MemoryId } from '@mneme/events';
import { InvalidInput, type ReadScope } from '@mneme/domain';
import type { DenseQuery, IndexFilter, IndexHit } from '@mneme/ports';
import { batchesOf } from './batches.js';
import { DENSE } from './collection-schema.js';
import { bestOf, HIT_FIELDS, HitReader } from './index-hits.js';
import type { ModelCollection } from './model-collections.js';
import type { QdrantConnection } from './qdrant-connection.js';
import type { QdrantLimits } from './qdrant-limits.js';
import { pointIdOf } from './point-payload.js';
import { type Condition, type Filter, scopeConditions, wantedConditions } from './scope-filter.js';

const TIES_FIRST = 16;
const TIES_GROWTH = 8;

export interface DenseParts {
  readonly connection: QdrantConnection;
  readonly limits: QdrantLimits;
}

/** Best by cosine. Asks for some more than wanted, and for more yet while the last one wanted is one of many alike. */
export async function searchDense(
  { connection, limits }: DenseParts,
  { alias }: ModelCollection,
  { scope, query, filter }: { readonly scope: ReadScope; readonly query: DenseQuery; readonly filter: IndexFilter },
): Promise<readonly IndexHit[]> {
  const wanted = wantedConditions(scope, filter);
  if (wanted === undefined || query.limit === 0) return [];
  const must: Condition[] = [...scopeConditions(scope), ...wanted];
  const vector = unitOf(query.vector);
  const reader = new HitReader(scope);
  for (let ties = TIES_FIRST; ; ties *= TIES_GROWTH) {
    const limit = query.limit + Math.min(ties, limits.tiesMax);
    const request = { ...queryOf(vector, { must }, limit), with_payload: HIT_FIELDS };
    const { points } = await connection.ask((api, init) =>
      api.queryPoints({ collection_name: alias, ...request }, init),
    );
    const isWhole = points.length < limit || points.at(-1)?.score !== points[query.limit - 1]?.score;
    if (!isWhole && ties < limits.tiesMax) continue;
    return bestOf(
      points.map(({ payload, score }) => reader.hitOf(payload, score)),
      query.limit,
    );
  }
}

/** Cosine of each of the memories that is readable. */
export async function cosinesOf(
  { connection, limits }: DenseParts,
  { alias }: ModelCollection,
  query: { readonly scope: ReadScope; readonly vector: Float32Array; readonly memoryIds: readonly MemoryId[] },
): Promise<ReadonlyMap<MemoryId, number>> {
  const { scope } = query;
  const vector = unitOf(query.vector);
  const cosines = new Map<MemoryId, number>();
  const trusted: Condition = { key: 'trust', range: { gte: scope.minTrust } };
  for (const some of batchesOf([...new Set(query.memoryIds)], { itemsMax: limits.idsMax })) {
    const ids = new Map(some.map((memoryId) => [pointIdOf(scope.tenantId, memoryId), memoryId]));
    const must = [...scopeConditions(scope), trusted, { has_id: [...ids.keys()] }];
    const request = queryOf(vector, { must }, some.length);
    const { points } = await connection.ask((api, init) =>
      api.queryPoints({ collection_name: alias, ...request, with_payload: false }, init),
    );
    for (const { id, score } of points) {
      const memoryId = ids.get(String(id));
      if (memoryId !== undefined) cosines.set(memoryId, score);
    }
  }
  return cosines;
}

/** @throws InvalidInput when a vector is not as long as its model's are. */
export function requireDimensions(expected: number, dimensions: number): void {
  if (expected === dimensions) return;
  throw new InvalidInput('a vector is not of the length that its model has', {
    field: 'vector',
    limit: `dimensions=${expected}`,
    sent: String(dimensions),
  });
}

function queryOf(vector: number[], filter: Filter, limit: number) {
  return { query: vector, using: DENSE, filter, limit };
}

function unitOf(vector: Float32Array): number[] {
  const norm = Math.hypot(...vector) || 1;
  return Array.from(vector, (number) => number / norm);
}
