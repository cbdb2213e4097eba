import { randomUUID } from 'node:crypto';
import { afterAll, describe } from '@jest/globals';
import type { MemoryDerived, MemoryId } from '@mneme/events';
import type { IndexedMemory } from '@mneme/ports';
import {
  anIndexedMemory,
  anIndexFilter,
  aReadScope,
  auditableStoreContract,
  engineAddress,
  erasableStoreContract,
  isolationContract,
  unitVector,
  vectorIndexContract,
  vectorSurveyContract,
} from '@mneme/testing';
import { dropQdrantCollections, openQdrant, type Qdrant } from './open-qdrant.js';
import type { QdrantLimits } from './qdrant-limits.js';

// Sets that are read whole, and the same sets as if they were too large for that.
describe.each<readonly [string, Partial<QdrantLimits>]>([
  ['with its usual limits', {}],
  ['where every set is a large one', { matchesMax: 0, countsKeptMs: 0, upsertMemoriesMax: 99, pageRecordsMax: 90 }],
])('Qdrant %s', (_, limits) => {
  const options = { url: engineAddress('qdrant'), collectionPrefix: `spec-${randomUUID()}`, limits };
  let opened: Promise<Qdrant> | undefined;
  const qdrant = () => (opened ??= openQdrant(options));
  afterAll(async () => {
    await (await opened)?.close();
    await dropQdrantCollections(options);
  });

  vectorIndexContract(async () => (await qdrant()).vectorIndex, { ranking: 'approximate' });

  vectorSurveyContract(async () => {
    const { vectorIndex: index, vectorSurvey: survey } = await qdrant();
    return { index, survey };
  });

  isolationContract(async () => ({ vectorIndex: (await qdrant()).vectorIndex }), {
    nearCopies: 20_000,
    stores: ['vector index'],
  });

  erasableStoreContract(async () => {
    const { vectorIndex: store } = await qdrant();
    return {
      store,
      write: async (records) => {
        const memories = records.map((memory) => anIndexedMemory('red kite', { memory }));
        await store.upsert(memories);
        return memories.map(({ memoryId }): MemoryId => memoryId);
      },
      read: async (tenantId, subjectId) => {
        const query = { vector: unitVector(1, 0, 0, 0), limit: 1_000 };
        const hits = await store.searchDense(aReadScope(tenantId, subjectId), query, anIndexFilter());
        return hits.map(({ memoryId }) => memoryId);
      },
    };
  }, 'vector-index');

  auditableStoreContract(async () => {
    const { vectorIndex: store } = await qdrant();
    return {
      store,
      write: (memories) => store.upsert(memories.map(indexed)),
      project: (memory) => {
        const { vectors: _vectors, ...entry } = indexed(memory);
        return entry;
      },
    };
  }, 'vector-index');
});

function indexed(memory: MemoryDerived): IndexedMemory {
  return anIndexedMemory('red kite', { memory });
}
