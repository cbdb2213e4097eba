import type { TenantId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import type { AllowedIssuer, Clock, IssuerStore } from '@mneme/ports';
import { readRights, readTrust } from './names.js';

export interface IssuerPorts {
  readonly issuerStore: IssuerStore;
  readonly clock: Clock;
  /** Of the issuers whose keys the deployment knows. */
  readonly knows: (issuer: string) => boolean;
}

export interface RequestedIssuer {
  readonly issuer: string;
  readonly rights: readonly string[];
  readonly minTrust?: number | undefined;
}

/** Whose tokens a tenant takes, and with which rights at most. */
export class Issuers {
  constructor(private readonly ports: IssuerPorts) {}

  /** In force at the next call. @throws InvalidInput, also for an issuer whose keys nobody has configured. */
  async allow(tenantId: TenantId, request: RequestedIssuer): Promise<AllowedIssuer> {
    const { issuer } = request;
    if (!this.ports.knows(issuer)) {
      throw new InvalidInput('this deployment knows no such issuer: it is not in MNEME_JWT_ISSUERS_FILE', {
        field: 'issuer',
      });
    }
    const rights = readRights(request.rights);
    const minTrust = readTrust(request.minTrust ?? 0);
    const createdAt = new Date(this.ports.clock.nowMs()).toISOString();
    await this.ports.issuerStore.allowIssuer({ tenantId, issuer, rights, minTrust, createdAt });
    return (await this.ports.issuerStore.findIssuer(tenantId, issuer)) as AllowedIssuer;
  }

  list(tenantId: TenantId): Promise<readonly AllowedIssuer[]> {
    return this.ports.issuerStore.listIssuers(tenantId);
  }

  /** In force at the next call. @throws NotFound. */
  remove(tenantId: TenantId, issuer: string): Promise<void> {
    return this.ports.issuerStore.removeIssuer(tenantId, issuer);
  }
}
