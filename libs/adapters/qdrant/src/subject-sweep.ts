import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import { batchesOf } from './batches.js';
import type { ModelCollections } from './model-collections.js';
import type { QdrantConnection } from './qdrant-connection.js';
import type { QdrantLimits } from './qdrant-limits.js';
import { pointIdOf } from './point-payload.js';
import { type Condition, isOneOf, subjectConditions, tenantConditions } from './scope-filter.js';

/** What erasure does to the collections of all models, always by tenant, subject and epoch. */
export class SubjectSweep {
  constructor(
    private readonly connection: QdrantConnection,
    private readonly collections: ModelCollections,
    private readonly limits: QdrantLimits,
  ) {}

  async countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    const counts = await this.inEach((alias) => this.count(alias, below(subject, belowEpoch)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.eraseAll(below(subject, belowEpoch));
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    let erased = 0;
    for (const some of batchesOf(sourceIds, { itemsMax: this.limits.idsMax })) {
      erased += await this.eraseAll([...below(subject, belowEpoch), isOneOf('sourceId', some)]);
    }
    return erased;
  }

  async probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    const ids = new Set<string>();
    for (const alias of await this.collections.aliases()) {
      if (ids.size >= limit) break;
      const found = await this.memoryIds(alias, subjectConditions(subject), limit - ids.size);
      found.forEach((id) => ids.add(id));
    }
    return [...ids];
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    const found = new Set<string>();
    if (ids.length === 0) return [];
    for (const alias of await this.collections.aliases()) {
      for (const some of batchesOf(ids, { itemsMax: this.limits.idsMax })) {
        const among = { has_id: some.map((id) => pointIdOf(tenantId, id)) };
        const there = await this.memoryIds(alias, [...tenantConditions({ tenantId }), among], some.length);
        there.forEach((id) => found.add(id));
      }
    }
    return [...found];
  }

  private async eraseAll(must: Condition[]): Promise<number> {
    const erased = await this.inEach(async (alias) => {
      const before = await this.count(alias, must);
      if (before === 0) return 0;
      const request = { collection_name: alias, wait: true, filter: { must } };
      await this.connection.change((api, init) => api.deletePoints(request, init), this.slow);
      return before - (await this.count(alias, must));
    });
    return erased.reduce((sum, count) => sum + Math.max(0, count), 0);
  }

  private async count(alias: string, must: Condition[]): Promise<number> {
    const request = { collection_name: alias, filter: { must }, exact: true };
    const { count } = await this.connection.ask((api, init) => api.countPoints(request, init), this.slow);
    return count;
  }

  private async memoryIds(alias: string, must: Condition[], limit: number): Promise<readonly string[]> {
    const request = { collection_name: alias, filter: { must }, limit, with_payload: ['memoryId'], with_vector: false };
    const { points } = await this.connection.ask((api, init) => api.scrollPoints(request, init));
    return points.map(({ payload }) => String(payload?.['memoryId']));
  }

  private async inEach<T>(work: (alias: string) => Promise<T>): Promise<readonly T[]> {
    return Promise.all((await this.collections.aliases()).map(work));
  }

  private get slow() {
    return { timeoutMs: this.limits.sweepTimeoutMs };
  }
}

function below(subject: SubjectRef, belowEpoch: number): Condition[] {
  return [...subjectConditions(subject), { key: 'epoch', range: { lt: belowEpoch } }];
}
