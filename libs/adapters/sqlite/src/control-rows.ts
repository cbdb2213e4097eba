import { completePolicy } from '@mneme/domain';
import type { Agent, ApiKey, Tenant } from '@mneme/ports';

type Nullable<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

/** Rows of keys.db as the engine gives them: absent values are null, and what is not flat is JSON. */
export type TenantRow = Omit<Tenant, 'policy'> & { readonly policy: string };
export type AgentRow = Nullable<Omit<Agent, 'teamIds'>> & { readonly teamIds: string };
export type ApiKeyRow = Nullable<Omit<ApiKey, 'rights'>> & { readonly rights: string };

export function tenantOf({ tenantId, purpose, policy, createdAt }: TenantRow): Tenant {
  return { tenantId, purpose, policy: completePolicy(JSON.parse(policy) as object), createdAt };
}

export function agentOf(row: AgentRow): Agent {
  return {
    tenantId: row.tenantId,
    agentId: row.agentId,
    ...(row.departmentId === null ? {} : { departmentId: row.departmentId }),
    teamIds: JSON.parse(row.teamIds) as Agent['teamIds'],
  };
}

export function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    keyId: row.keyId,
    secretHash: row.secretHash,
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    ...(row.agentId === null ? {} : { agentId: row.agentId }),
    rights: JSON.parse(row.rights) as ApiKey['rights'],
    minTrust: row.minTrust,
    ...(row.boundUserId === null ? {} : { boundUserId: row.boundUserId }),
    createdAt: row.createdAt,
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt }),
    ...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt }),
  };
}
