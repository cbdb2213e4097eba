import type { TenantId } from '@mneme/events';
import type { SubjectRef } from '@mneme/domain';
import type { LabelSpace } from './label-space.js';
import type { Neo4jDatabase } from './neo4j-database.js';

/** What erasure counts and looks for, below fence and key: by subject or by id, whatever a reader may see. */
export class FactSurvey {
  private readonly ofSubject: string;

  constructor(
    private readonly database: Neo4jDatabase,
    private readonly space: LabelSpace,
  ) {
    this.ofSubject = `MATCH ()-[f:${space.fact}]->()
      USING INDEX SEEK f:${space.fact}(tenantId, subjectId, memoryId, version)
      WHERE f.tenantId = $p.tenantId AND f.subjectId = $p.subjectId AND f.memoryId IS NOT NULL AND f.version IS NOT NULL`;
  }

  async countSubject({ tenantId, subjectId }: SubjectRef, belowEpoch: number): Promise<number> {
    const text = `${this.ofSubject} AND f.epoch < $p.belowEpoch RETURN count(f) AS count`;
    const [row] = await this.database.rows<{ count: number }>(text, { tenantId, subjectId, belowEpoch });
    return row?.count ?? 0;
  }

  probeIds({ tenantId, subjectId }: SubjectRef, limit: number): Promise<readonly string[]> {
    const text = `${this.ofSubject} RETURN DISTINCT f.memoryId AS id LIMIT toInteger($p.limit)`;
    return this.idsOf(text, { tenantId, subjectId, limit });
  }

  findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    const { fact } = this.space;
    const text = `MATCH ()-[f:${fact}]->() USING INDEX SEEK f:${fact}(memoryId, version, tenantId)
      WHERE f.memoryId IN $p.ids AND f.version IS NOT NULL AND f.tenantId = $p.tenantId
      RETURN DISTINCT f.memoryId AS id`;
    return this.idsOf(text, { tenantId, ids });
  }

  private async idsOf(text: string, parameters: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    return (await this.database.rows<{ id: string }>(text, parameters)).map(({ id }) => id);
  }
}
