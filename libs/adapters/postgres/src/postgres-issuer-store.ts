import type { TenantId } from '@mneme/events';
import { LimitExceeded, NotFound } from '@mneme/domain';
import type { AllowedIssuer, IssuerStore } from '@mneme/ports';
import { noTenant } from './control-rows.js';
import type { Database } from './database.js';
import { statementsOf } from './statements.js';
import { changeTenant } from './tenant-lock.js';

const ISSUERS_MAX = 64;

/** The issuers that tenants trust. */
export class PostgresIssuerStore implements IssuerStore {
  constructor(private readonly database: Database) {}

  async allowIssuer({ tenantId, issuer, rights, minTrust, createdAt }: AllowedIssuer): Promise<void> {
    await changeTenant(this.database, tenantId, async (queries, isThere) => {
      if (!isThere) throw noTenant();
      const others = await queries.get<{ readonly n: number }>(SQL.countOthers, tenantId, issuer);
      if (others?.n === ISSUERS_MAX) {
        throw new LimitExceeded('more issuers than the limit', { field: 'issuer', limit: `issuersMax=${ISSUERS_MAX}` });
      }
      await queries.run(SQL.put, tenantId, issuer, rights, minTrust, createdAt);
    });
  }

  async findIssuer(tenantId: TenantId, issuer: string): Promise<AllowedIssuer | undefined> {
    return this.database.get<AllowedIssuer>(SQL.find, tenantId, issuer);
  }

  async listIssuers(tenantId: TenantId): Promise<readonly AllowedIssuer[]> {
    return this.database.all<AllowedIssuer>(SQL.list, tenantId, ISSUERS_MAX);
  }

  async removeIssuer(tenantId: TenantId, issuer: string): Promise<void> {
    if ((await this.database.run(SQL.remove, tenantId, issuer)) > 0) return;
    throw new NotFound('this tenant allows no such issuer', { field: 'issuer' });
  }
}

const FIELDS = 'tenant_id AS "tenantId", issuer, rights, min_trust AS "minTrust", created_at AS "createdAt"';

const SQL = statementsOf('issuer', {
  countOthers: 'SELECT count(*) AS n FROM allowed_issuers WHERE tenant_id = $1 AND issuer <> $2',
  put: `INSERT INTO allowed_issuers (tenant_id, issuer, rights, min_trust, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, issuer) DO UPDATE SET rights = excluded.rights, min_trust = excluded.min_trust`,
  find: `SELECT ${FIELDS} FROM allowed_issuers WHERE tenant_id = $1 AND issuer = $2`,
  list: `SELECT ${FIELDS} FROM allowed_issuers WHERE tenant_id = $1 ORDER BY issuer LIMIT $2`,
  remove: 'DELETE FROM allowed_issuers WHERE tenant_id = $1 AND issuer = $2',
});
