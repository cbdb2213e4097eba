import type { AgentId, DepartmentId, TeamId, TenantId } from '@mneme/events';
import type { Right, TenantPolicy } from '@mneme/domain';

export interface Tenant {
  readonly tenantId: TenantId;
  /** `evaluation` is set at creation and for good: only there may a request say what time it is. */
  readonly purpose: 'standard' | 'evaluation';
  readonly policy: TenantPolicy;
  readonly createdAt: string;
}

/** Keys of a tenant, each wrapped by the vault. */
export interface TenantKeys {
  readonly wrappedIndexKey: Uint8Array;
  readonly wrappedTenantKey: Uint8Array;
  readonly keyGeneration: number;
}

export interface Agent {
  readonly tenantId: TenantId;
  readonly agentId: AgentId;
  readonly departmentId?: DepartmentId;
  readonly teamIds: readonly TeamId[];
}

export interface ApiKey {
  /** Public part, in logs and lists. */
  readonly keyId: string;
  /** SHA-256 of the secret, hex; the secret itself is shown once and never stored. */
  readonly secretHash: string;
  /** Absent: an operator key. */
  readonly tenantId?: TenantId;
  readonly agentId?: AgentId;
  readonly rights: readonly Right[];
  readonly minTrust: number;
  readonly boundUserId?: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
}

/** Tenants, their agents and API keys. Every change is durable when it resolves. */
export interface ControlStore {
  /** @throws Conflict when the tenant exists. */
  createTenant(tenant: Tenant, keys: TenantKeys): Promise<void>;
  /** Undefined when there is none. */
  findTenant(tenantId: TenantId): Promise<(Tenant & TenantKeys) | undefined>;
  /** By tenant id, at most `limit`, after `afterTenantId`. */
  listTenants(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Tenant[]>;
  /** @throws NotFound. */
  setPolicy(tenantId: TenantId, policy: TenantPolicy): Promise<void>;

  /** Adds or replaces; makes the department and teams that are new. @throws NotFound when the tenant does not exist. */
  putAgent(agent: Agent): Promise<void>;
  findAgent(tenantId: TenantId, agentId: AgentId): Promise<Agent | undefined>;

  /** @throws Conflict when the key id exists; NotFound when its tenant does not. */
  createApiKey(key: ApiKey): Promise<void>;
  /** Also revoked and expired ones: the guard decides. */
  findApiKey(keyId: string): Promise<ApiKey | undefined>;
  /** A tenant's keys by `createdAt`, then key id; at most 1,000. */
  listApiKeys(tenantId: TenantId): Promise<readonly ApiKey[]>;
  /** @throws NotFound, also for another tenant's key. */
  setKeyRights(tenantId: TenantId, keyId: string, rights: readonly Right[]): Promise<void>;
  /** Keys of no tenant, by `createdAt`, then key id; at most 1,000. */
  listOperatorKeys(): Promise<readonly ApiKey[]>;
  /** As `revokeApiKey`, for a key of no tenant. @throws NotFound, also for a tenant's key. */
  revokeOperatorKey(keyId: string, revokedAt: string): Promise<void>;
  /** Idempotent: the first instant stays. @throws NotFound, also for another tenant's key. */
  revokeApiKey(tenantId: TenantId, keyId: string, revokedAt: string): Promise<void>;
}
