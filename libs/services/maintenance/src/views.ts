import type { ApiKey, Tenant } from '@mneme/ports';
import type { ApiKey as ApiKeyMessage, DigestResponse, Tenant as TenantMessage } from '@mneme/proto';
import type { StoreComparison } from './digest-tenant.js';

export function tenantView({ tenantId, purpose, createdAt, policy }: Tenant): TenantMessage {
  return { tenantId, purpose, createdAt, policyJson: JSON.stringify(policy) };
}

export function keyView(key: ApiKey): ApiKeyMessage {
  return {
    keyId: key.keyId,
    tenantId: key.tenantId ?? '',
    agentId: key.agentId ?? '',
    rights: [...key.rights],
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    boundToUser: key.boundUserId !== undefined,
  };
}

export function digestView(stores: readonly StoreComparison[]): DigestResponse {
  return { equal: stores.every(({ equal }) => equal), stores: [...stores] };
}
