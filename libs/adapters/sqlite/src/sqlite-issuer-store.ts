import type { TenantId } from '@mneme/events';
import { LimitExceeded, NotFound } from '@mneme/domain';
import type { AllowedIssuer, IssuerStore } from '@mneme/ports';
import { type Database, guard, inTransaction } from './database.js';
import { Statements } from './statements.js';

const ISSUERS_MAX = 64;

type Row = Omit<AllowedIssuer, 'rights'> & { readonly rights: string };

/** The issuers that tenants trust, in keys.db. */
export class SqliteIssuerStore implements IssuerStore {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
  }

  async allowIssuer({ tenantId, issuer, rights, minTrust, createdAt }: AllowedIssuer): Promise<void> {
    inTransaction(this.db, () => {
      if (this.statements.of('hasTenant').get(tenantId) === undefined) {
        throw new NotFound('there is no such tenant', { field: 'tenantId' });
      }
      const isNew = this.statements.of('find').get(tenantId, issuer) === undefined;
      if (isNew && this.statements.of('list').all(tenantId, ISSUERS_MAX).length === ISSUERS_MAX) {
        throw new LimitExceeded('more issuers than the limit', { field: 'issuer', limit: `issuersMax=${ISSUERS_MAX}` });
      }
      this.statements.of('put').run(tenantId, issuer, JSON.stringify(rights), minTrust, createdAt);
    });
  }

  async findIssuer(tenantId: TenantId, issuer: string): Promise<AllowedIssuer | undefined> {
    const row = guard(() => this.statements.of('find').get(tenantId, issuer) as Row | undefined);
    return row === undefined ? undefined : issuerOf(row);
  }

  async listIssuers(tenantId: TenantId): Promise<readonly AllowedIssuer[]> {
    return guard(() => this.statements.of('list').all(tenantId, ISSUERS_MAX) as readonly Row[]).map(issuerOf);
  }

  async removeIssuer(tenantId: TenantId, issuer: string): Promise<void> {
    const { changes } = guard(() => this.statements.of('remove').run(tenantId, issuer));
    if (changes === 0) throw new NotFound('this tenant allows no such issuer', { field: 'issuer' });
  }
}

function issuerOf({ rights, ...row }: Row): AllowedIssuer {
  return { ...row, rights: JSON.parse(rights) as AllowedIssuer['rights'] };
}

const FIELDS = 'tenant_id AS tenantId, issuer, rights, min_trust AS minTrust, created_at AS createdAt';

const SQL = {
  hasTenant: 'SELECT 1 FROM tenants WHERE tenant_id = ?',
  put: `INSERT INTO allowed_issuers (tenant_id, issuer, rights, min_trust, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET rights = excluded.rights, min_trust = excluded.min_trust`,
  find: `SELECT ${FIELDS} FROM allowed_issuers WHERE tenant_id = ? AND issuer = ?`,
  list: `SELECT ${FIELDS} FROM allowed_issuers WHERE tenant_id = ? ORDER BY issuer LIMIT ?`,
  remove: 'DELETE FROM allowed_issuers WHERE tenant_id = ? AND issuer = ?',
} as const;
