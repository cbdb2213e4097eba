import type { TenantId } from '@mneme/events';
import type { TenantPolicy } from '@mneme/domain';
import type { ControlStore } from '@mneme/ports';

/** What is done for one tenant in a round. */
export type TenantWork = (tenant: TenantOfRound, signal: AbortSignal) => Promise<void>;

export interface TenantOfRound {
  readonly tenantId: TenantId;
  readonly policy: TenantPolicy;
  readonly nowMs: number;
}

export interface TenantRoundPorts {
  readonly controlStore: Pick<ControlStore, 'listTenants'>;
  /** A tenant whose work failed; the others go on. */
  readonly failed: (tenantId: TenantId, error: unknown) => void;
}

const TENANTS_PER_PAGE = 100;

/** Does the work for every tenant, one after the other; what fails for one is left to the next round. */
export async function tenantRound(
  { controlStore, failed }: TenantRoundPorts,
  { work, nowMs, signal }: { readonly work: TenantWork; readonly nowMs: number; readonly signal: AbortSignal },
): Promise<void> {
  let afterTenantId: TenantId | undefined;
  while (!signal.aborted) {
    const page = { limit: TENANTS_PER_PAGE, ...(afterTenantId === undefined ? {} : { afterTenantId }) };
    const tenants = await controlStore.listTenants(page);
    for (const { tenantId, policy } of tenants) {
      if (signal.aborted) return;
      await work({ tenantId, policy, nowMs }, signal).catch((error: unknown) => {
        if (!signal.aborted) failed(tenantId, error);
      });
    }
    afterTenantId = tenants.at(-1)?.tenantId;
    if (tenants.length < TENANTS_PER_PAGE) return;
  }
}
