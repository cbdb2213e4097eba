import type { TenantId } from '@mneme/events';
import type { Right } from '@mneme/domain';

/** An issuer whose tokens a tenant takes, and what they may be worth at most. */
export interface AllowedIssuer {
  readonly tenantId: TenantId;
  /** As in the tokens' `iss`. */
  readonly issuer: string;
  /** A token has no right beyond these, whatever it says. */
  readonly rights: readonly Right[];
  /** A token reads nothing of less trust, whatever it says. */
  readonly minTrust: number;
  readonly createdAt: string;
}

/** Which issuers each tenant trusts. Every change is durable when it resolves, and is seen by the next read. */
export interface IssuerStore {
  /** Adds or replaces. @throws NotFound when the tenant does not exist; LimitExceeded beyond 64 of a tenant. */
  allowIssuer(issuer: AllowedIssuer): Promise<void>;
  /** Undefined when the tenant does not trust it; asked at every request that brings a token. */
  findIssuer(tenantId: TenantId, issuer: string): Promise<AllowedIssuer | undefined>;
  /** A tenant's, by issuer. */
  listIssuers(tenantId: TenantId): Promise<readonly AllowedIssuer[]>;
  /** @throws NotFound. */
  removeIssuer(tenantId: TenantId, issuer: string): Promise<void>;
}
