import type { TenantId } from '@mneme/events';
import type { MemoryAudit } from '@mneme/domain';

/** Where each audit of memories stands; written after each page. Every change is durable when it resolves. */
export interface AuditJournal {
  /**
   * Adds an audit, in place of one of the same aim that was only looked at.
   * @throws Conflict when the id exists, or while the tenant has an audit of that aim that looks, runs or is stopped.
   */
  beginAudit(audit: MemoryAudit): Promise<void>;
  /** Replaces the record. @throws NotFound. */
  recordAudit(audit: MemoryAudit): Promise<void>;
  findAudit(tenantId: TenantId, auditId: string): Promise<MemoryAudit | undefined>;
  /** Those that look or run, oldest first, at most `limit`: what to go on with after a start. */
  unfinishedAudits(limit: number): Promise<readonly MemoryAudit[]>;
  /** A tenant's audits, newest first, at most `limit`. */
  listAudits(tenantId: TenantId, limit: number): Promise<readonly MemoryAudit[]>;
  /** Forgets audits that ended before `before` (RFC 3339), at most `limit`; answers how many. */
  expireAudits(before: string, limit: number): Promise<number>;
}
