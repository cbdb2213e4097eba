import type { MemoryId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import type { IndexedMemory } from '@mneme/ports';
import { batchesOf } from './batches.js';
import { requireDimensions } from './dense-search.js';
import type { ModelCollection, ModelCollections } from './model-collections.js';
import type { QdrantConnection } from './qdrant-connection.js';
import type { QdrantLimits } from './qdrant-limits.js';
import { type Point, pointOf } from './point-payload.js';
import { type Condition, is } from './scope-filter.js';

export interface NamedVersion {
  readonly memoryId: MemoryId;
  readonly version: number;
}

/** Writes points so that the highest version of each memory is the one that is there, whoever writes beside it. */
export class PointWriter {
  constructor(
    private readonly connection: QdrantConnection,
    private readonly collections: ModelCollections,
    private readonly limits: QdrantLimits,
  ) {}

  /** @throws InvalidInput before anything is written. */
  async upsert(memories: readonly IndexedMemory[]): Promise<void> {
    memories.forEach(checkVectors);
    for (const model of new Set(memories.map((memory) => memory.model))) {
      const some = memories.filter((memory) => memory.model === model);
      const collection = await this.collections.make(model, dimensionsOf(some));
      for (const { dimensions } of some) requireDimensions(collection.dimensions, dimensions);
      await this.collections.use(collection, () => this.write(collection, some));
    }
  }

  /** From the collections of all models. */
  async remove(versions: readonly NamedVersion[]): Promise<void> {
    for (const alias of await this.collections.aliases()) await this.removeFrom(alias, versions);
  }

  private async write(collection: ModelCollection, memories: readonly IndexedMemory[]): Promise<void> {
    const { upsertMemoriesMax: itemsMax, upsertNumbersMax: weightMax } = this.limits;
    const weightOf = ({ vectors, dimensions }: IndexedMemory) => vectors.length * dimensions;
    const others = (await this.collections.aliases()).filter((alias) => alias !== collection.alias);
    for (const batch of batchesOf(lastOfEach(memories), { itemsMax, weightMax, weightOf })) {
      await this.writeBatch(collection, batch.map(pointOf));
      // One entry a memory, whatever the model: that of the last writer.
      for (const other of others) await this.removeFrom(other, batch);
    }
  }

  // One condition serves the whole batch: what is there must be older than all of it. What that leaves out, and what
  // another writer has put there meanwhile, is seen afterwards, and written under a condition of its own.
  private async writeBatch({ alias }: ModelCollection, points: readonly Point[]): Promise<void> {
    const oldest = Math.min(...points.map(({ payload }) => payload.version));
    const request = { collection_name: alias, wait: true, points: [...points], update_filter: isAtMost(oldest) };
    await this.connection.change((api, init) => api.upsertPoints(request, init));
    const behind = await this.behind(alias, points);
    if (behind.length === 0) return;
    const operations = behind.map((point) => ({
      upsert: { points: [point], update_filter: isAtMost(point.payload.version) },
    }));
    await this.connection.change((api, init) =>
      api.batchUpdate({ collection_name: alias, wait: true, operations }, init),
    );
  }

  private async behind(alias: string, points: readonly Point[]): Promise<readonly Point[]> {
    const request = { ids: points.map(({ id }) => id), with_payload: ['version', 'stamp'], with_vector: false };
    const found = await this.connection.ask((api, init) => api.getPoints({ collection_name: alias, ...request }, init));
    const there = new Map(found.map(({ id, payload }) => [id, payload as Partial<Point['payload']> | undefined]));
    return points.filter(({ id, payload: { version, stamp } }) => {
      const held = there.get(id);
      const heldVersion = held?.version ?? -Infinity;
      return heldVersion < version || (heldVersion === version && held?.stamp !== stamp);
    });
  }

  private async removeFrom(alias: string, versions: readonly NamedVersion[]): Promise<void> {
    for (const batch of batchesOf(versions, { itemsMax: this.limits.upsertMemoriesMax })) {
      const should = batch.map(({ memoryId, version }) => ({
        must: [is('memoryId', memoryId), ...isAtMost(version).must],
      }));
      await this.connection.change((api, init) =>
        api.deletePoints({ collection_name: alias, wait: true, filter: { should } }, init),
      );
    }
  }
}

function isAtMost(version: number): { must: Condition[] } {
  return { must: [{ key: 'version', range: { lte: version } }] };
}

/** Of a memory that is there twice, the higher version; of two of one version, the later. */
function lastOfEach(memories: readonly IndexedMemory[]): readonly IndexedMemory[] {
  const last = new Map<string, IndexedMemory>();
  for (const memory of memories) {
    const key = `${memory.tenantId}\0${memory.memoryId}`;
    const held = last.get(key);
    if (held === undefined || held.version <= memory.version) last.set(key, memory);
  }
  return [...last.values()];
}

function dimensionsOf([first]: readonly IndexedMemory[]): number {
  return first?.dimensions ?? 0;
}

function checkVectors({ vectors, dimensions }: IndexedMemory): void {
  if (vectors.length === 0 || dimensions === 0) {
    throw new InvalidInput('a memory has at least one vector, and all of one length', { field: 'vectors' });
  }
  for (const vector of vectors) requireDimensions(dimensions, vector.length);
}
