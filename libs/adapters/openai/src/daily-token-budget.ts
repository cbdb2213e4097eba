import type { TenantId } from '@mneme/events';
import type { Clock, TakenTokens, TokenBudget } from '@mneme/ports';

const DAY_MS = 86_400_000;

export interface DailyTokenBudgetObserver {
  /** A tenant's day does not reach for a call; told once a day and tenant. */
  usedUp(tenantId: TenantId): void;
  /** What one call has used. */
  used(tokens: number): void;
}

const DEAF: DailyTokenBudgetObserver = { usedUp: () => undefined, used: () => undefined };

/**
 * Counts in memory what each tenant spends in a day (UTC). A process that starts again begins at zero, and two processes
 * count apart: the limit bounds what a day costs, it is no bill.
 */
export class DailyTokenBudget implements TokenBudget {
  #day = -1;
  #spent = new Map<TenantId, number>();
  #told = new Set<TenantId>();

  constructor(
    private readonly clock: Clock,
    private readonly tokensMaxOf: (tenantId: TenantId) => number | Promise<number>,
    private readonly observer: DailyTokenBudgetObserver = DEAF,
  ) {}

  async take(tenantId: TenantId, tokens: number): Promise<TakenTokens | undefined> {
    // Asked before anything is looked at: between the look and the taking nobody else may come.
    const tokensMax = await this.tokensMaxOf(tenantId);
    this.#turnDay();
    const spent = this.#spent.get(tenantId) ?? 0;
    if (spent + tokens > tokensMax) {
      if (!this.#told.has(tenantId)) this.observer.usedUp(tenantId);
      this.#told.add(tenantId);
      return undefined;
    }
    this.#spent.set(tenantId, spent + tokens);
    // What was taken before midnight is settled on the day it was taken from.
    const ofDay = this.#spent;
    return {
      settle: async (used) => {
        this.observer.used(used);
        ofDay.set(tenantId, (ofDay.get(tenantId) ?? 0) - tokens + used);
      },
    };
  }

  #turnDay(): void {
    const day = Math.floor(this.clock.nowMs() / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#spent = new Map();
    this.#told = new Set();
  }
}
