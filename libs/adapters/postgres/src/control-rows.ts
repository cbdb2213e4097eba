import { completePolicy, NotFound } from '@mneme/domain';
import type { Agent, ApiKey, Tenant } from '@mneme/ports';

type Nullable<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

/** Rows as the engine gives them: absent values are null, and a policy is JSON. */
export type TenantRow = Omit<Tenant, 'policy'> & { readonly policy: string };
export type AgentRow = Nullable<Agent>;
export type ApiKeyRow = Nullable<ApiKey>;

export function tenantOf({ tenantId, purpose, policy, createdAt }: TenantRow): Tenant {
  return { tenantId, purpose, policy: completePolicy(JSON.parse(policy) as object), createdAt };
}

export function agentOf({ tenantId, agentId, departmentId, teamIds }: AgentRow): Agent {
  return { tenantId, agentId, ...(departmentId === null ? {} : { departmentId }), teamIds };
}

export function apiKeyOf(row: ApiKeyRow): ApiKey {
  const { tenantId, agentId, boundUserId, expiresAt, revokedAt, ...known } = row;
  return {
    ...known,
    ...(tenantId === null ? {} : { tenantId }),
    ...(agentId === null ? {} : { agentId }),
    ...(boundUserId === null ? {} : { boundUserId }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(revokedAt === null ? {} : { revokedAt }),
  };
}

export function noTenant(): NotFound {
  return new NotFound('there is no such tenant', { field: 'tenantId' });
}
