import type { IndexEntry, TenantRef } from '@mneme/domain';
import { LEXICAL } from './collection-schema.js';
import type { ModelCollection } from './model-collections.js';
import type { QdrantConnection } from './qdrant-connection.js';
import { indexEntryOf, type SparseVector } from './point-payload.js';
import { tenantConditions } from './scope-filter.js';

/** Every entry of a tenant in one collection, read back from Qdrant page by page. @throws Corrupt. */
export async function* entriesOfTenant(
  connection: QdrantConnection,
  collection: ModelCollection,
  { tenant, pageRecordsMax }: { readonly tenant: TenantRef; readonly pageRecordsMax: number },
): AsyncGenerator<IndexEntry> {
  const filter = { must: tenantConditions(tenant) };
  const page = { filter, limit: pageRecordsMax, with_payload: true, with_vector: [LEXICAL] };
  let from: string | number | undefined;
  do {
    const request = { collection_name: collection.alias, ...page, ...(from === undefined ? {} : { offset: from }) };
    const { points, next_page_offset: next } = await connection.ask((api, init) => api.scrollPoints(request, init));
    for (const { payload, vector } of points) {
      const { [LEXICAL]: sparse } = (vector ?? {}) as Record<string, SparseVector | undefined>;
      yield indexEntryOf(payload, sparse, collection);
    }
    from = typeof next === 'string' || typeof next === 'number' ? next : undefined;
  } while (from !== undefined);
}
