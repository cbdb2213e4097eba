import type { SourceId, TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { ErasableStore } from '@mneme/ports';
import type { CatalogueLimits } from './catalogue-limits.js';
import type { Database, Value } from './database.js';
import { memoryIdsAmong } from './memory-ids.js';
import { type Statement, statementsOf } from './statements.js';

/** What erasure does to the catalogue, always by tenant, subject and epoch, along the index by subject. */
export abstract class CatalogueSweep implements ErasableStore {
  readonly storeName = 'catalogue';

  protected constructor(
    private readonly swept: Database,
    private readonly sweepLimits: Pick<CatalogueLimits, 'eraseRowsMax'>,
  ) {}

  async countSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    const row = await this.swept.get<{ readonly count: number }>(SWEEP.count, tenantId, subjectId, belowEpoch);
    return row?.count ?? 0;
  }

  eraseSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    return this.eraseAll(SWEEP.erase, [tenantId, subjectId, belowEpoch]);
  }

  async eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    if (sourceIds.length === 0) return 0;
    return this.eraseAll(SWEEP.eraseSources, [subject.tenantId, subject.subjectId, belowEpoch, sourceIds]);
  }

  async probeIds({ tenantId, subjectId }: SubjectRef, limit: number): Promise<readonly string[]> {
    return idsOf(await this.swept.all(SWEEP.probe, tenantId, subjectId, limit));
  }

  async findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    const memoryIds = memoryIdsAmong(ids);
    return memoryIds.length === 0 ? [] : idsOf(await this.swept.all(SWEEP.find, tenantId, memoryIds));
  }

  // Until nothing is found: a slice that others stood in the way of may be smaller than it could be.
  private async eraseAll(statement: Statement, values: readonly Value[]): Promise<number> {
    for (let count = 0; ;) {
      const erased = await this.swept.run(statement, ...values, this.sweepLimits.eraseRowsMax);
      if (erased === 0) return count;
      count += erased;
    }
  }
}

const OF_SUBJECT = 'tenant_id = $1 AND subject_id = $2 AND epoch < $3';

function deletion(where: string, limit: string): string {
  return `DELETE FROM catalogue WHERE ${where} AND (memory_id, version) IN (
    SELECT memory_id, version FROM catalogue WHERE ${where} LIMIT ${limit})`;
}

const SWEEP = statementsOf('catalogue-sweep', {
  count: `SELECT count(*) AS count FROM catalogue WHERE ${OF_SUBJECT}`,
  erase: deletion(OF_SUBJECT, '$4'),
  eraseSources: deletion(`${OF_SUBJECT} AND source_id = ANY ($4::text[])`, '$5'),
  probe: 'SELECT DISTINCT memory_id AS id FROM catalogue WHERE tenant_id = $1 AND subject_id = $2 LIMIT $3',
  find: 'SELECT DISTINCT memory_id AS id FROM catalogue WHERE memory_id = ANY ($2::uuid[]) AND tenant_id = $1',
});

function idsOf(rows: readonly object[]): readonly string[] {
  return (rows as readonly { readonly id: string }[]).map(({ id }) => id);
}
