import type { TenantId } from '@mneme/events';

/** Where a tenant's critical memories are verified, and the keys that sign what is sent there, wrapped by the vault. */
export interface Webhook {
  readonly tenantId: TenantId;
  readonly url: string;
  readonly createdAt: string;
  /** Names the key in force; rises at each rotation. */
  readonly keyNumber: number;
  readonly wrappedKey: Uint8Array;
}

/** At most one webhook a tenant. Every change is durable when it resolves. */
export interface WebhookStore {
  /** Adds or replaces; the key that stood there is overwritten. @throws NotFound when the tenant does not exist. */
  putWebhook(webhook: Webhook): Promise<void>;
  findWebhook(tenantId: TenantId): Promise<Webhook | undefined>;
  /** By tenant id, at most `limit`, after `afterTenantId`. */
  listWebhooks(page: { readonly afterTenantId?: TenantId; readonly limit: number }): Promise<readonly Webhook[]>;
  /** Idempotent; its key is overwritten. Answers whether there was one. */
  removeWebhook(tenantId: TenantId): Promise<boolean>;
}
