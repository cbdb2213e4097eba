import type { AgentId, TenantId } from '@mneme/events';
import { Conflict, NotFound, type TenantPolicy } from '@mneme/domain';
import type { Agent, ApiKey, ControlStore, Tenant, TenantKeys } from '@mneme/ports';
import {
  type AgentRow,
  agentOf,
  type ApiKeyRow,
  apiKeyOf,
  noTenant,
  type TenantRow,
  tenantOf,
} from './control-rows.js';
import type { Database } from './database.js';
import { statementsOf } from './statements.js';
import { changeTenant } from './tenant-lock.js';

const LISTED_KEYS_MAX = 1_000;

/** Tenants, agents and API keys. */
export class PostgresControlStore implements ControlStore {
  constructor(private readonly database: Database) {}

  async createTenant(tenant: Tenant, keys: TenantKeys): Promise<void> {
    const { tenantId, purpose, policy, createdAt } = tenant;
    const { wrappedIndexKey, wrappedTenantKey, keyGeneration } = keys;
    const values = [tenantId, purpose, JSON.stringify(policy), createdAt, keyGeneration];
    const keysMade = await this.database.run(SQL.createTenant, ...values, wrappedIndexKey, wrappedTenantKey);
    if (keysMade === 0) throw new Conflict('the tenant exists already', { field: 'tenantId' });
  }

  async findTenant(tenantId: TenantId): Promise<(Tenant & TenantKeys) | undefined> {
    const row = await this.database.get<TenantRow & TenantKeys>(SQL.findTenant, tenantId);
    if (row === undefined) return undefined;
    const { wrappedIndexKey, wrappedTenantKey, keyGeneration } = row;
    return { ...tenantOf(row), wrappedIndexKey, wrappedTenantKey, keyGeneration };
  }

  async listTenants(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Tenant[]> {
    const rows = await this.database.all<TenantRow>(SQL.listTenants, page.afterTenantId ?? '', page.limit);
    return rows.map(tenantOf);
  }

  async setPolicy(tenantId: TenantId, policy: TenantPolicy): Promise<void> {
    if ((await this.database.run(SQL.setPolicy, tenantId, JSON.stringify(policy))) === 0) throw noTenant();
  }

  async putAgent({ tenantId, agentId, departmentId, teamIds }: Agent): Promise<void> {
    await changeTenant(this.database, tenantId, async (queries, isThere) => {
      if (!isThere) throw noTenant();
      if (departmentId !== undefined) await queries.run(SQL.registerDepartment, tenantId, departmentId);
      if (teamIds.length > 0) await queries.run(SQL.registerTeams, tenantId, teamIds);
      await queries.run(SQL.putAgent, tenantId, agentId, departmentId ?? null, teamIds);
    });
  }

  async findAgent(tenantId: TenantId, agentId: AgentId): Promise<Agent | undefined> {
    const row = await this.database.get<AgentRow>(SQL.findAgent, tenantId, agentId);
    return row === undefined ? undefined : agentOf(row);
  }

  async createApiKey(key: ApiKey): Promise<void> {
    const owner = [key.keyId, key.secretHash, key.tenantId ?? null, key.agentId ?? null];
    const grant = [key.rights, key.minTrust, key.boundUserId ?? null];
    const life = [key.createdAt, key.expiresAt ?? null, key.revokedAt ?? null];
    if ((await this.database.run(SQL.createApiKey, ...owner, ...grant, ...life)) > 0) return;
    if (key.tenantId !== undefined && (await this.database.get(SQL.hasTenant, key.tenantId)) === undefined) {
      throw noTenant();
    }
    throw new Conflict('the API key exists already', { field: 'keyId' });
  }

  async findApiKey(keyId: string): Promise<ApiKey | undefined> {
    const row = await this.database.get<ApiKeyRow>(SQL.findApiKey, keyId);
    return row === undefined ? undefined : apiKeyOf(row);
  }

  async listApiKeys(tenantId: TenantId): Promise<readonly ApiKey[]> {
    return (await this.database.all<ApiKeyRow>(SQL.listApiKeys, tenantId, LISTED_KEYS_MAX)).map(apiKeyOf);
  }

  async revokeApiKey(tenantId: TenantId, keyId: string, revokedAt: string): Promise<void> {
    if ((await this.database.run(SQL.revokeApiKey, tenantId, keyId, revokedAt)) === 0) throw noKey();
  }

  async setKeyRights(tenantId: TenantId, keyId: string, rights: ApiKey['rights']): Promise<void> {
    if ((await this.database.run(SQL.setKeyRights, tenantId, keyId, rights)) === 0) throw noKey();
  }

  async listOperatorKeys(): Promise<readonly ApiKey[]> {
    return (await this.database.all<ApiKeyRow>(SQL.listOperatorKeys, LISTED_KEYS_MAX)).map(apiKeyOf);
  }

  async revokeOperatorKey(keyId: string, revokedAt: string): Promise<void> {
    if ((await this.database.run(SQL.revokeOperatorKey, keyId, revokedAt)) === 0) throw noKey();
  }
}

function noKey(): NotFound {
  return new NotFound('there is no such API key', { field: 'keyId' });
}

const TENANT_FIELDS = 'tenant_id AS "tenantId", purpose, policy, created_at AS "createdAt"';
const API_KEY_FIELDS = `key_id AS "keyId", secret_hash AS "secretHash", tenant_id AS "tenantId", agent_id AS "agentId",
  rights, min_trust AS "minTrust", bound_user_id AS "boundUserId", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt"`;
const NOW = `to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const SQL = statementsOf('control', {
  hasTenant: 'SELECT 1 FROM tenants WHERE tenant_id = $1',
  // Of two that make the same tenant at once, one puts its keys and the other none.
  createTenant: `WITH slots AS (
      SELECT nextval('key_slot_numbers') AS index_slot, nextval('key_slot_numbers') AS tenant_slot
    ), made AS (
      INSERT INTO tenants (tenant_id, purpose, policy, created_at, key_generation, index_key_slot, tenant_key_slot)
      SELECT $1, $2, $3, $4, $5, index_slot, tenant_slot FROM slots ON CONFLICT DO NOTHING
      RETURNING index_key_slot, tenant_key_slot
    )
    INSERT INTO key_slots (slot, key)
    SELECT index_key_slot, $6::bytea FROM made UNION ALL SELECT tenant_key_slot, $7::bytea FROM made`,
  findTenant: `SELECT ${TENANT_FIELDS}, key_generation AS "keyGeneration",
    (SELECT key FROM key_slots WHERE slot = index_key_slot) AS "wrappedIndexKey",
    (SELECT key FROM key_slots WHERE slot = tenant_key_slot) AS "wrappedTenantKey"
    FROM tenants WHERE tenant_id = $1`,
  listTenants: `SELECT ${TENANT_FIELDS} FROM tenants WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2`,
  setPolicy: 'UPDATE tenants SET policy = $2 WHERE tenant_id = $1',
  putAgent: `INSERT INTO agents (tenant_id, agent_id, department_id, team_ids) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, agent_id)
    DO UPDATE SET department_id = excluded.department_id, team_ids = excluded.team_ids`,
  registerDepartment: `INSERT INTO departments (tenant_id, department_id, created_at) VALUES ($1, $2, ${NOW})
    ON CONFLICT DO NOTHING`,
  registerTeams: `INSERT INTO teams (tenant_id, team_id, created_at)
    SELECT $1, team_id, ${NOW} FROM unnest($2::text[]) AS team_id ON CONFLICT DO NOTHING`,
  findAgent: `SELECT tenant_id AS "tenantId", agent_id AS "agentId", department_id AS "departmentId", team_ids AS "teamIds"
    FROM agents WHERE tenant_id = $1 AND agent_id = $2`,
  createApiKey: `INSERT INTO api_keys
    (key_id, secret_hash, tenant_id, agent_id, rights, min_trust, bound_user_id, created_at, expires_at, revoked_at)
    SELECT $1, $2, $3::text, $4, $5::text[], $6, $7, $8, $9, $10
    WHERE $3 IS NULL OR EXISTS (SELECT 1 FROM tenants WHERE tenant_id = $3) ON CONFLICT DO NOTHING`,
  findApiKey: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE key_id = $1`,
  listApiKeys: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, key_id LIMIT $2`,
  revokeApiKey: 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) WHERE tenant_id = $1 AND key_id = $2',
  setKeyRights: 'UPDATE api_keys SET rights = $3 WHERE tenant_id = $1 AND key_id = $2',
  listOperatorKeys: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE tenant_id IS NULL
    ORDER BY created_at, key_id LIMIT $1`,
  revokeOperatorKey: `UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2)
    WHERE tenant_id IS NULL AND key_id = $1`,
});
