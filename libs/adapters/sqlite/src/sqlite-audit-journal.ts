import type { TenantId } from '@mneme/events';
import { Conflict, type MemoryAudit, NotFound } from '@mneme/domain';
import type { AuditJournal } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { Statements } from './statements.js';

/** Audits of memories in keys.db. */
export class SqliteAuditJournal implements AuditJournal {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
  }

  async beginAudit(audit: MemoryAudit): Promise<void> {
    const { auditId, tenantId, aim, state, finishedAt } = audit;
    const values = [auditId, tenantId, aim, state, finishedAt ?? null, JSON.stringify(audit)];
    inTransaction(this.db, () => {
      this.statements.of('replace').run(tenantId, aim, auditId);
      const { changes } = this.statements.of('begin').run(...values);
      if (changes === 0) throw new Conflict('the audit exists, or another one of the tenant is not finished');
    });
  }

  async recordAudit(audit: MemoryAudit): Promise<void> {
    const { auditId, tenantId, state, finishedAt } = audit;
    const values = [state, finishedAt ?? null, JSON.stringify(audit), auditId, tenantId];
    const { changes } = guard(() => this.statements.of('record').run(...values));
    if (changes === 0) throw new NotFound('there is no such audit', { field: 'auditId' });
  }

  async findAudit(tenantId: TenantId, auditId: string): Promise<MemoryAudit | undefined> {
    return this.select('find', auditId, tenantId)[0];
  }

  async unfinishedAudits(limit: number): Promise<readonly MemoryAudit[]> {
    return this.select('unfinished', limit);
  }

  async listAudits(tenantId: TenantId, limit: number): Promise<readonly MemoryAudit[]> {
    return this.select('list', tenantId, limit);
  }

  async expireAudits(before: string, limit: number): Promise<number> {
    return guard(() => Number(this.statements.of('expire').run(before, limit).changes));
  }

  private select(
    name: 'find' | 'unfinished' | 'list',
    ...values: readonly (string | number)[]
  ): readonly MemoryAudit[] {
    const rows = guard(() => this.statements.of(name).all(...values) as readonly { readonly record: string }[]);
    return rows.map(({ record }) => JSON.parse(record) as MemoryAudit);
  }
}

const SQL = {
  replace: `DELETE FROM audits WHERE tenant_id = ? AND aim = ? AND state = 'ready' AND audit_id <> ?`,
  begin: `INSERT INTO audits (began, audit_id, tenant_id, aim, state, finished_at, record)
    SELECT coalesce(max(began), 0) + 1, ?, ?, ?, ?, ?, ? FROM audits WHERE true ON CONFLICT DO NOTHING`,
  record: 'UPDATE audits SET state = ?, finished_at = ?, record = ? WHERE audit_id = ? AND tenant_id = ?',
  find: 'SELECT record FROM audits WHERE audit_id = ? AND tenant_id = ?',
  unfinished: `SELECT record FROM audits WHERE state IN ('looking', 'running') ORDER BY began LIMIT ? + 0`,
  list: 'SELECT record FROM audits WHERE tenant_id = ? ORDER BY began DESC LIMIT ? + 0',
  expire: `DELETE FROM audits WHERE audit_id IN
    (SELECT audit_id FROM audits WHERE finished_at < ? LIMIT ? + 0)`,
} as const;
