import type { AgentId, TenantId } from '@mneme/events';
import { Conflict, NotFound, type TenantPolicy } from '@mneme/domain';
import type { Agent, ApiKey, ControlStore, Tenant, TenantKeys } from '@mneme/ports';
import { type AgentRow, agentOf, type ApiKeyRow, apiKeyOf, type TenantRow, tenantOf } from './control-rows.js';
import { type Database, guard, inTransaction } from './database.js';
import { KeySlots } from './key-slots.js';
import { Statements } from './statements.js';

const LISTED_KEYS_MAX = 1_000;

/** Tenants, agents and API keys in keys.db. */
export class SqliteControlStore implements ControlStore {
  private readonly statements: Statements<keyof typeof SQL>;
  private readonly slots: KeySlots;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db, SQL);
    this.slots = new KeySlots(db);
  }

  async createTenant(tenant: Tenant, keys: TenantKeys): Promise<void> {
    const { tenantId, purpose, policy, createdAt } = tenant;
    inTransaction(this.db, () => {
      if (this.hasTenant(tenantId)) throw new Conflict('the tenant exists already', { field: 'tenantId' });
      const indexSlot = this.slots.put(keys.wrappedIndexKey);
      const tenantSlot = this.slots.put(keys.wrappedTenantKey);
      const values = [tenantId, purpose, JSON.stringify(policy), createdAt, indexSlot, tenantSlot, keys.keyGeneration];
      this.statements.of('createTenant').run(...values);
    });
  }

  async findTenant(tenantId: TenantId): Promise<(Tenant & TenantKeys) | undefined> {
    const row = guard(() => this.statements.of('findTenant').get(tenantId) as (TenantRow & TenantKeys) | undefined);
    if (row === undefined) return undefined;
    const { wrappedIndexKey, wrappedTenantKey, keyGeneration } = row;
    return { ...tenantOf(row), wrappedIndexKey, wrappedTenantKey, keyGeneration };
  }

  async listTenants(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Tenant[]> {
    const rows = guard(
      () => this.statements.of('listTenants').all(page.afterTenantId ?? '', page.limit) as readonly TenantRow[],
    );
    return rows.map(tenantOf);
  }

  async setPolicy(tenantId: TenantId, policy: TenantPolicy): Promise<void> {
    const { changes } = guard(() => this.statements.of('setPolicy').run(JSON.stringify(policy), tenantId));
    if (changes === 0) throw noTenant();
  }

  async putAgent(agent: Agent): Promise<void> {
    const values = [agent.tenantId, agent.agentId, agent.departmentId ?? null, JSON.stringify(agent.teamIds)];
    inTransaction(this.db, () => {
      if (!this.hasTenant(agent.tenantId)) throw noTenant();
      registerPlaces(this.statements, agent);
      this.statements.of('putAgent').run(...values);
    });
  }

  async findAgent(tenantId: TenantId, agentId: AgentId): Promise<Agent | undefined> {
    const row = guard(() => this.statements.of('findAgent').get(tenantId, agentId) as AgentRow | undefined);
    return row === undefined ? undefined : agentOf(row);
  }

  async createApiKey(key: ApiKey): Promise<void> {
    inTransaction(this.db, () => {
      if (key.tenantId !== undefined && !this.hasTenant(key.tenantId)) throw noTenant();
      if (this.hasApiKey(key.keyId)) throw new Conflict('the API key exists already', { field: 'keyId' });
      const owner = [key.keyId, key.secretHash, key.tenantId ?? null, key.agentId ?? null];
      const grant = [JSON.stringify(key.rights), key.minTrust, key.boundUserId ?? null];
      const life = [key.createdAt, key.expiresAt ?? null, key.revokedAt ?? null];
      this.statements.of('createApiKey').run(...owner, ...grant, ...life);
    });
  }

  async findApiKey(keyId: string): Promise<ApiKey | undefined> {
    const row = guard(() => this.statements.of('findApiKey').get(keyId) as ApiKeyRow | undefined);
    return row === undefined ? undefined : apiKeyOf(row);
  }

  async listApiKeys(tenantId: TenantId): Promise<readonly ApiKey[]> {
    const rows = guard(() => this.statements.of('listApiKeys').all(tenantId, LISTED_KEYS_MAX) as readonly ApiKeyRow[]);
    return rows.map(apiKeyOf);
  }

  async revokeApiKey(tenantId: TenantId, keyId: string, revokedAt: string): Promise<void> {
    const { changes } = guard(() => this.statements.of('revokeApiKey').run(revokedAt, tenantId, keyId));
    if (changes === 0) throw noKey();
  }

  async setKeyRights(tenantId: TenantId, keyId: string, rights: ApiKey['rights']): Promise<void> {
    const { changes } = guard(() => this.statements.of('setKeyRights').run(JSON.stringify(rights), tenantId, keyId));
    if (changes === 0) throw noKey();
  }

  async listOperatorKeys(): Promise<readonly ApiKey[]> {
    const rows = guard(() => this.statements.of('listOperatorKeys').all(LISTED_KEYS_MAX) as readonly ApiKeyRow[]);
    return rows.map(apiKeyOf);
  }

  async revokeOperatorKey(keyId: string, revokedAt: string): Promise<void> {
    const { changes } = guard(() => this.statements.of('revokeOperatorKey').run(revokedAt, keyId));
    if (changes === 0) throw noKey();
  }

  private hasTenant(tenantId: TenantId): boolean {
    return this.statements.of('hasTenant').get(tenantId) !== undefined;
  }

  private hasApiKey(keyId: string): boolean {
    return this.statements.of('findApiKey').get(keyId) !== undefined;
  }
}

function registerPlaces(statements: Statements<keyof typeof SQL>, { tenantId, departmentId, teamIds }: Agent): void {
  if (departmentId !== undefined) statements.of('registerDepartment').run(tenantId, departmentId);
  for (const teamId of teamIds) statements.of('registerTeam').run(tenantId, teamId);
}

function noKey(): NotFound {
  return new NotFound('there is no such API key', { field: 'keyId' });
}

function noTenant(): NotFound {
  return new NotFound('there is no such tenant', { field: 'tenantId' });
}

const TENANT_FIELDS = 'tenant_id AS tenantId, purpose, policy, created_at AS createdAt';
const API_KEY_FIELDS = `key_id AS keyId, secret_hash AS secretHash, tenant_id AS tenantId, agent_id AS agentId, rights,
  min_trust AS minTrust, bound_user_id AS boundUserId, created_at AS createdAt, expires_at AS expiresAt,
  revoked_at AS revokedAt`;

const SQL = {
  hasTenant: 'SELECT 1 FROM tenants WHERE tenant_id = ?',
  createTenant: `INSERT INTO tenants
    (tenant_id, purpose, policy, created_at, index_key_slot, tenant_key_slot, key_generation)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  findTenant: `SELECT ${TENANT_FIELDS}, key_generation AS keyGeneration,
    (SELECT key FROM key_slots WHERE slot = index_key_slot) AS wrappedIndexKey,
    (SELECT key FROM key_slots WHERE slot = tenant_key_slot) AS wrappedTenantKey
    FROM tenants WHERE tenant_id = ?`,
  listTenants: `SELECT ${TENANT_FIELDS} FROM tenants WHERE tenant_id > ? ORDER BY tenant_id LIMIT ? + 0`,
  setPolicy: 'UPDATE tenants SET policy = ? WHERE tenant_id = ?',
  putAgent: `INSERT INTO agents (tenant_id, agent_id, department_id, team_ids) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET department_id = excluded.department_id, team_ids = excluded.team_ids`,
  registerDepartment: `INSERT INTO departments (tenant_id, department_id, created_at)
    VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ')) ON CONFLICT DO NOTHING`,
  registerTeam: `INSERT INTO teams (tenant_id, team_id, created_at)
    VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ')) ON CONFLICT DO NOTHING`,
  findAgent: `SELECT tenant_id AS tenantId, agent_id AS agentId, department_id AS departmentId, team_ids AS teamIds
    FROM agents WHERE tenant_id = ? AND agent_id = ?`,
  createApiKey: `INSERT INTO api_keys
    (key_id, secret_hash, tenant_id, agent_id, rights, min_trust, bound_user_id, created_at, expires_at, revoked_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  findApiKey: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE key_id = ?`,
  listApiKeys: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE tenant_id = ? ORDER BY created_at, key_id LIMIT ? + 0`,
  revokeApiKey: 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE tenant_id = ? AND key_id = ?',
  setKeyRights: 'UPDATE api_keys SET rights = ? WHERE tenant_id = ? AND key_id = ?',
  listOperatorKeys: `SELECT ${API_KEY_FIELDS} FROM api_keys WHERE tenant_id IS NULL ORDER BY created_at, key_id LIMIT ?`,
  revokeOperatorKey: `UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?)
    WHERE tenant_id IS NULL AND key_id = ?`,
} as const;
