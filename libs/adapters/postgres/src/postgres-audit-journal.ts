import type { TenantId } from '@mneme/events';
import { Conflict, type MemoryAudit, NotFound } from '@mneme/domain';
import type { AuditJournal } from '@mneme/ports';
import type { Database } from './database.js';
import { statementsOf } from './statements.js';

/** Audits of memories. */
export class PostgresAuditJournal implements AuditJournal {
  constructor(private readonly database: Database) {}

  async beginAudit(audit: MemoryAudit): Promise<void> {
    const { auditId, tenantId, aim, state, finishedAt } = audit;
    const values = [auditId, tenantId, aim, state, finishedAt ?? null, JSON.stringify(audit)];
    await this.database.transaction(async (queries) => {
      await queries.run(SQL.replace, tenantId, aim, auditId);
      if ((await queries.run(SQL.begin, ...values)) > 0) return;
      throw new Conflict('the audit exists, or another one of the tenant is not finished');
    });
  }

  async recordAudit(audit: MemoryAudit): Promise<void> {
    const { auditId, tenantId, state, finishedAt } = audit;
    const values = [auditId, tenantId, state, finishedAt ?? null, JSON.stringify(audit)];
    if ((await this.database.run(SQL.record, ...values)) > 0) return;
    throw new NotFound('there is no such audit', { field: 'auditId' });
  }

  async findAudit(tenantId: TenantId, auditId: string): Promise<MemoryAudit | undefined> {
    return (await this.select('find', auditId, tenantId))[0];
  }

  async unfinishedAudits(limit: number): Promise<readonly MemoryAudit[]> {
    return this.select('unfinished', limit);
  }

  async listAudits(tenantId: TenantId, limit: number): Promise<readonly MemoryAudit[]> {
    return this.select('list', tenantId, limit);
  }

  async expireAudits(before: string, limit: number): Promise<number> {
    return this.database.run(SQL.expire, before, limit);
  }

  private async select(
    name: 'find' | 'unfinished' | 'list',
    ...values: readonly (string | number)[]
  ): Promise<readonly MemoryAudit[]> {
    const rows = await this.database.all<{ readonly record: string }>(SQL[name], ...values);
    return rows.map(({ record }) => JSON.parse(record) as MemoryAudit);
  }
}

const SQL = statementsOf('audits', {
  replace: `DELETE FROM audits WHERE tenant_id = $1 AND aim = $2 AND state = 'ready' AND audit_id <> $3`,
  begin: `INSERT INTO audits (audit_id, tenant_id, aim, state, finished_at, record) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING`,
  record: 'UPDATE audits SET state = $3, finished_at = $4, record = $5 WHERE audit_id = $1 AND tenant_id = $2',
  find: 'SELECT record FROM audits WHERE audit_id = $1 AND tenant_id = $2',
  unfinished: `SELECT record FROM audits WHERE state IN ('looking', 'running') ORDER BY began LIMIT $1`,
  list: 'SELECT record FROM audits WHERE tenant_id = $1 ORDER BY began DESC LIMIT $2',
  expire: `DELETE FROM audits WHERE audit_id IN
    (SELECT audit_id FROM audits WHERE finished_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
});
