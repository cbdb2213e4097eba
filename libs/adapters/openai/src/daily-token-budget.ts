import type { TenantId } from '@mneme/events';
import type { Clock, TakenTokens, TokenBudget } from '@mneme/ports';

const DAY_MS = 86_400_000;

/**
 * Counts in memory what each tenant spends in a day (UTC). A process that starts again begins at zero, and two processes
 * count apart: the limit bounds what a day costs, it is no bill.
 */
export class DailyTokenBudget implements TokenBudget {
  #day = -1;
  #spent = new Map<TenantId, number>();

  constructor(
    private readonly clock: Clock,
    private readonly tokensMaxOf: (tenantId: TenantId) => number,
  ) {}

  async take(tenantId: TenantId, tokens: number): Promise<TakenTokens | undefined> {
    this.#turnDay();
    const spent = this.#spent.get(tenantId) ?? 0;
    if (spent + tokens > this.tokensMaxOf(tenantId)) return undefined;
    this.#spent.set(tenantId, spent + tokens);
    // What was taken before midnight is settled on the day it was taken from.
    const ofDay = this.#spent;
    return {
      settle: async (used) => void ofDay.set(tenantId, (ofDay.get(tenantId) ?? 0) - tokens + used),
    };
  }

  #turnDay(): void {
    const day = Math.floor(this.clock.nowMs() / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#spent = new Map();
  }
}
