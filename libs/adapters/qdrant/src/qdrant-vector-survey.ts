import type { MemoryId } from '@mneme/events';
import { Corrupt, type SubjectRef } from '@mneme/domain';
import type { StoredVectors, VectorSurvey } from '@mneme/ports';
import { batchesOf } from './batches.js';
import { DENSE } from './collection-schema.js';
import { pointIdOf } from './point-payload.js';
import type { QdrantVectorIndexParts } from './qdrant-vector-index.js';
import { subjectConditions } from './scope-filter.js';

// Vectors are long as JSON: 100 of 1,536 numbers make about 3 MB.
const PAGE_VECTORS = 100;

/** The vector index as maintenance reads it. */
export class QdrantVectorSurvey implements VectorSurvey {
  constructor(private readonly parts: QdrantVectorIndexParts) {}

  async surveyVectors(
    subject: SubjectRef,
    { model, memoryIds }: { readonly model: string; readonly memoryIds: readonly MemoryId[] },
  ): Promise<ReadonlyMap<MemoryId, StoredVectors>> {
    const found = new Map<MemoryId, StoredVectors>();
    const collection = memoryIds.length === 0 ? undefined : await this.parts.collections.find(model);
    if (collection === undefined) return found;
    for (const some of batchesOf(memoryIds, { itemsMax: PAGE_VECTORS })) {
      const among = { has_id: some.map((memoryId) => pointIdOf(subject.tenantId, memoryId)) };
      const filter = { must: [...subjectConditions(subject), among] };
      const page = { filter, limit: some.length, with_payload: ['memoryId', 'version'], with_vector: [DENSE] };
      const { points } = await this.parts.connection.ask((api, init) =>
        api.scrollPoints({ collection_name: collection.alias, ...page }, init),
      );
      for (const { payload, vector } of points) {
        const { memoryId, version } = (payload ?? {}) as { readonly memoryId: MemoryId; readonly version: number };
        found.set(memoryId, { version, vectors: vectorsOf(vector) });
      }
    }
    return found;
  }
}

function vectorsOf(vector: unknown): readonly Float32Array[] {
  const { [DENSE]: chunks } = (vector ?? {}) as Record<string, readonly (readonly number[])[] | undefined>;
  if (!Array.isArray(chunks?.[0])) throw new Corrupt('an index entry is without its vectors');
  return chunks.map((chunk) => Float32Array.from(chunk));
}
