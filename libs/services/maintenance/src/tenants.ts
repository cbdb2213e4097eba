import { TenantId } from '@mneme/events';
import { DEFAULT_POLICY, EVALUATION_POLICY, InvalidInput, NotFound, randomKey, type TenantPolicy } from '@mneme/domain';
import type { Clock, ControlStore, KeyVault, Tenant, TenantKeys } from '@mneme/ports';
import { type Keyring, tenantKeyContext } from '@mneme/platform';
import { patchedPolicy, refuseLoosened } from './policy-patch.js';

export interface TenantPorts {
  readonly controlStore: ControlStore;
  readonly vault: KeyVault;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

const FIRST_GENERATION = 1;

/** Creates tenants with keys of their own, and changes what a tenant may set. */
export class Tenants {
  constructor(private readonly ports: TenantPorts) {}

  /** @throws InvalidInput for a malformed id or purpose; Conflict when the tenant exists. */
  async create(requestedId: string, purpose: string = 'standard'): Promise<Tenant> {
    const tenantId = readTenantId(requestedId);
    if (purpose !== 'standard' && purpose !== 'evaluation') {
      throw new InvalidInput('a purpose is standard or evaluation', { field: 'purpose' });
    }
    const policy = purpose === 'evaluation' ? EVALUATION_POLICY : DEFAULT_POLICY;
    const createdAt = new Date(this.ports.clock.nowMs()).toISOString();
    const tenant: Tenant = { tenantId, purpose, policy, createdAt };
    await this.ports.controlStore.createTenant(tenant, await this.freshKeys(tenantId));
    return tenant;
  }

  /** The tenant of that id, made when there is none. */
  async ensure(requestedId: string): Promise<Tenant> {
    const found = await this.ports.controlStore.findTenant(readTenantId(requestedId));
    return found ?? this.create(requestedId);
  }

  /** At most `limit`, by id. */
  list(limit: number, after?: TenantId): Promise<readonly Tenant[]> {
    return this.ports.controlStore.listTenants({ limit, ...(after === undefined ? {} : { afterTenantId: after }) });
  }

  /** @throws NotFound. */
  async get(tenantId: TenantId): Promise<Tenant> {
    const tenant = await this.ports.controlStore.findTenant(tenantId);
    if (tenant === undefined) throw new NotFound('there is no such tenant', { field: 'tenantId' });
    return tenant;
  }

  /**
   * Changes the fields that the JSON object names; in force at once in this thread, within `keyCacheMs` elsewhere.
   * @throws InvalidInput for a field that is unknown or out of range; Forbidden for one that is loosened and may not be.
   */
  async setPolicy(tenantId: TenantId, patchJson: string, { mayLoosen }: { mayLoosen: boolean }): Promise<Tenant> {
    const tenant = await this.get(tenantId);
    const policy: TenantPolicy = patchedPolicy(tenant, patchJson);
    if (!mayLoosen) refuseLoosened(tenant.policy, policy);
    await this.ports.controlStore.setPolicy(tenantId, policy);
    this.ports.keyring.forgetTenant(tenantId);
    return { tenantId, purpose: tenant.purpose, createdAt: tenant.createdAt, policy };
  }

  private async freshKeys(tenantId: TenantId): Promise<TenantKeys> {
    const { vault } = this.ports;
    return {
      wrappedIndexKey: await vault.wrap(randomKey(), tenantKeyContext(tenantId, 'index', 0)),
      wrappedTenantKey: await vault.wrap(randomKey(), tenantKeyContext(tenantId, 'tenant', FIRST_GENERATION)),
      keyGeneration: FIRST_GENERATION,
    };
  }
}

/** @throws InvalidInput naming the form. */
export function readTenantId(value: string): TenantId {
  const parsed = TenantId.safeParse(value);
  if (parsed.success) return parsed.data;
  const limit = 'lower-case letters, digits and hyphens, at most 63';
  throw new InvalidInput('this is no tenant id', { field: 'tenantId', limit });
}
