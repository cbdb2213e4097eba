import type { TenantId } from '@mneme/events';
import type { Usage } from '@mneme/domain';

/** What a tenant has used on one day. */
export interface DayUsage extends Usage {
  readonly tenantId: TenantId;
  /** `2026-03-14`, in UTC. */
  readonly day: string;
}

/** What tenants have used of their budgets, by day. */
export interface UsageStore {
  /** Zero for a day that nobody has added to. */
  readUsage(tenantId: TenantId, day: string): Promise<Usage>;
  /**
   * Adds to each day, all in one transaction that is durable when it resolves, and gives the totals in the same order.
   * What was counted too much is taken back by negative numbers; no total falls below zero.
   */
  addUsage(uses: readonly DayUsage[]): Promise<readonly Usage[]>;
  /** Drops days before `day`, at most `limit` rows; gives how many. */
  expireUsage(day: string, limit: number): Promise<number>;
}
