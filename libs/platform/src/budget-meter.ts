import {
  addedUsage,
  budgetDayOf,
  budgetResetOf,
  type Budgets,
  NO_BUDGETS,
  NO_USAGE,
  refuseOverBudget,
  type Usage,
} from '@mneme/domain';
import type { TenantId } from '@mneme/events';
import type { Clock, UsageStore } from '@mneme/ports';
import type { Logger } from './logger.js';

export interface MeterPorts {
  readonly usageStore: UsageStore;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Something that was counted, for who has to take a part of it back. */
export interface Spent {
  readonly tenantId: TenantId;
  readonly day: string;
  readonly usage: Usage;
}

export interface UsedToday extends Usage {
  readonly day: string;
  readonly resetsAt: string;
}

interface Count {
  readonly tenantId: TenantId;
  readonly day: string;
  /** When the store was asked last; by `performance.now()`. */
  askedAtMs: number;
  /** What the store has said. */
  stored: Usage;
  /** On its way to the store, and not yet. */
  flying: Usage;
  pending: Usage;
}

const FLUSH_MS = 1_000;

/**
 * Counts what tenants use of their budgets. It counts in memory and writes at most once in `flushMs`, all tenants
 * together, so that no request waits for a disk: a process that is killed forgets what it counted since, and the tenant
 * may use that much more on that day. What other processes have counted it hears as often, so that together they let
 * a tenant over its budget by at most what each accepts in that time.
 */
export class BudgetMeter {
  private readonly counts = new Map<string, Count>();
  private readonly opening = new Map<string, Promise<Count>>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: MeterPorts,
    private readonly flushMs: number = FLUSH_MS,
  ) {}

  /** Learns what the tenant has used today; asks the store again when it has not for `flushMs`. */
  async open(tenantId: TenantId): Promise<void> {
    const day = budgetDayOf(this.ports.clock.nowMs());
    const name = nameOf(tenantId, day);
    const known = this.counts.get(name);
    if (known !== undefined && performance.now() - known.askedAtMs < this.flushMs) return;
    const opening = this.opening.get(name) ?? this.load(tenantId, day);
    this.opening.set(name, opening);
    await opening.finally(() => this.opening.delete(name));
  }

  /**
   * Counts at once, before the work, so that requests side by side cannot pass the budget together.
   * @throws LimitExceeded `budget-spent`, and has counted nothing.
   */
  spend(tenantId: TenantId, asked: Usage, budgets: Budgets = NO_BUDGETS): Spent {
    const nowMs = this.ports.clock.nowMs();
    const count = this.countOf(tenantId, budgetDayOf(nowMs));
    refuseOverBudget(budgets, { used: usedOf(count), asked, nowMs });
    this.note(count, asked);
    return { tenantId, day: count.day, usage: asked };
  }

  /** For work that failed, or that turned out to be done before; without `usage` all of it. */
  giveBack({ tenantId, day, usage: all }: Spent, usage: Usage = all): void {
    if (usage.turns === 0 && usage.tokens === 0) return;
    this.note(this.countOf(tenantId, day), { turns: -usage.turns, tokens: -usage.tokens });
  }

  async usedToday(tenantId: TenantId): Promise<UsedToday> {
    await this.load(tenantId, budgetDayOf(this.ports.clock.nowMs()));
    const nowMs = this.ports.clock.nowMs();
    const day = budgetDayOf(nowMs);
    return { ...usedOf(this.countOf(tenantId, day)), day, resetsAt: budgetResetOf(nowMs) };
  }

  /** Writes what was counted; a write that fails is tried again with the next. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  private async load(tenantId: TenantId, day: string): Promise<Count> {
    const askedAtMs = performance.now();
    const stored = await this.ports.usageStore.readUsage(tenantId, day);
    const count = this.countOf(tenantId, day);
    // A write that is under way, or came back meanwhile, knows better than this answer.
    if (count.flying === NO_USAGE && count.askedAtMs <= askedAtMs)
      [count.stored, count.askedAtMs] = [stored, askedAtMs];
    return count;
  }

  private countOf(tenantId: TenantId, day: string): Count {
    const name = nameOf(tenantId, day);
    const known = this.counts.get(name);
    if (known !== undefined) return known;
    const count = { tenantId, day, askedAtMs: -Infinity, stored: NO_USAGE, flying: NO_USAGE, pending: NO_USAGE };
    this.counts.set(name, count);
    return count;
  }

  private note(count: Count, usage: Usage): void {
    count.pending = addedUsage(count.pending, usage);
    this.timer ??= setTimeout(() => void this.flush(), this.flushMs).unref();
  }

  private async write(): Promise<void> {
    this.forgetOldDays();
    const changed = [...this.counts.values()].filter(({ pending }) => pending.turns !== 0 || pending.tokens !== 0);
    if (changed.length === 0) return;
    for (const count of changed) [count.flying, count.pending] = [count.pending, NO_USAGE];
    try {
      const uses = changed.map(({ tenantId, day, flying }) => ({ tenantId, day, ...flying }));
      const totals = await this.ports.usageStore.addUsage(uses);
      changed.forEach((count, i) => {
        [count.stored, count.flying, count.askedAtMs] = [totals[i] ?? count.stored, NO_USAGE, performance.now()];
      });
    } catch (error) {
      this.ports.logger.warn('what tenants used could not be written and is kept for the next time', { error });
      for (const count of changed) {
        [count.pending, count.flying] = [addedUsage(count.pending, count.flying), NO_USAGE];
        this.note(count, NO_USAGE);
      }
    }
  }

  private forgetOldDays(): void {
    const today = budgetDayOf(this.ports.clock.nowMs());
    for (const [name, { day, pending }] of this.counts) {
      if (day !== today && pending.turns === 0 && pending.tokens === 0) this.counts.delete(name);
    }
  }
}

function usedOf({ stored, flying, pending }: Count): Usage {
  return addedUsage(addedUsage(stored, flying), pending);
}

function nameOf(tenantId: TenantId, day: string): string {
  return `${tenantId}/${day}`;
}
