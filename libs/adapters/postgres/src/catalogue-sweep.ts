import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { ErasableStore } from '@mneme/ports';
import type { Database } from './database.js';
import { memoryIdsAmong } from './memory-ids.js';
import { statementsOf } from './statements.js';

/** What erasure does to the catalogue, always by tenant, subject and epoch, along the index by subject. */
export abstract class CatalogueSweep implements ErasableStore {
  readonly storeName = 'catalogue';

  protected constructor(private readonly swept: Database) {}

  async countSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    const row = await this.swept.get<{ readonly count: number }>(SWEEP.count, tenantId, subjectId, belowEpoch);
    return row?.count ?? 0;
  }

  eraseSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    return this.swept.run(SWEEP.erase, tenantId, subjectId, belowEpoch);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    if (sourceIds.length === 0) return 0;
    return this.swept.run(SWEEP.eraseSources, subject.tenantId, subject.subjectId, belowEpoch, sourceIds);
  }

  async probeIds({ tenantId, subjectId }: SubjectRef, limit: number): Promise<readonly string[]> {
    return idsOf(await this.swept.all(SWEEP.probe, tenantId, subjectId, limit));
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    const memoryIds = memoryIdsAmong(ids);
    return memoryIds.length === 0 ? [] : idsOf(await this.swept.all(SWEEP.find, tenantId, memoryIds));
  }
}

const OF_SUBJECT = 'tenant_id = $1 AND subject_id = $2 AND epoch < $3';

// Without a join, of which a planner that knows nothing of the table could make a walk through it for every row.
const SWEEP = statementsOf('catalogue-sweep', {
  count: `SELECT count(*) AS count FROM catalogue WHERE ${OF_SUBJECT}`,
  erase: `DELETE FROM catalogue WHERE ${OF_SUBJECT}`,
  eraseSources: `DELETE FROM catalogue WHERE ${OF_SUBJECT} AND source_id = ANY ($4::text[])`,
  probe: 'SELECT DISTINCT memory_id AS id FROM catalogue WHERE tenant_id = $1 AND subject_id = $2 LIMIT $3',
  find: 'SELECT DISTINCT memory_id AS id FROM catalogue WHERE memory_id = ANY ($2::uuid[]) AND tenant_id = $1',
});

function idsOf(rows: readonly object[]): readonly string[] {
  return (rows as readonly { readonly id: string }[]).map(({ id }) => id);
}
