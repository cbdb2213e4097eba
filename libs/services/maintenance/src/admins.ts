import type { TenantId } from '@mneme/events';
import { Forbidden, type Operator, type Principal, requireRight } from '@mneme/domain';
import type { AuthGuard } from '@mneme/platform';
import { readTenantId } from './tenants.js';

export type Caller = Principal | Operator;

export interface Administered {
  readonly tenantId: TenantId;
  readonly isOperator: boolean;
}

/** Who may administer what: the operator any tenant, a key with the right `admin` its own. */
export class Admins {
  constructor(private readonly guard: AuthGuard) {}

  /** @throws Forbidden for any key but the operator's. */
  async operator(authorization: string | undefined): Promise<Operator> {
    return this.guard.operator(authorization);
  }

  /**
   * The tenant that the caller administers: the one named, or for a tenant's own key its own.
   * @throws Forbidden for another tenant, whether it exists or not.
   */
  async tenantFor(authorization: string | undefined, requestedId: string | undefined): Promise<TenantId> {
    return (await this.over(authorization, requestedId)).tenantId;
  }

  /** As `tenantFor`, and whether it is the operator who asks. */
  async over(authorization: string | undefined, requestedId: string | undefined): Promise<Administered> {
    const caller = await this.guard.caller(authorization);
    if (isOperator(caller)) {
      if (requestedId !== undefined) return { tenantId: readTenantId(requestedId), isOperator: true };
      throw new Forbidden('the operator key belongs to no tenant: name one', { field: 'tenantId' });
    }
    requireRight(caller, 'admin');
    const { tenantId } = caller;
    if (requestedId === undefined || requestedId === tenantId) return { tenantId, isOperator: false };
    throw new Forbidden('this key administers its own tenant only', { field: 'tenantId' });
  }

  async caller(authorization: string | undefined): Promise<Caller> {
    return this.guard.caller(authorization);
  }
}

export function isOperator(caller: Caller): caller is Operator {
  return 'operator' in caller;
}
