import { budgetDayOf } from '@mneme/domain';
import type { AcceptedTurns, Clock, SessionStore, UsageStore } from '@mneme/ports';
import type { Logger } from '@mneme/platform';

const SESSION_TTL_MS = 24 * 3_600_000;
const ACCEPTED_TTL_MS = 14 * 24 * 3_600_000;
const USAGE_TTL_MS = 62 * 24 * 3_600_000;
const SLICE_MAX = 1_000;
const SLICES_MAX = 100;

export interface HousekeepingPorts {
  readonly acceptedTurns: AcceptedTurns;
  readonly sessionStore: SessionStore;
  readonly usageStore: UsageStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Drops what has outlived its time: sessions after 24 h, reservations of turns after 14 days, used budgets after 62. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ports: HousekeepingPorts,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.runOnce(), this.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async runOnce(): Promise<void> {
    const nowMs = this.ports.clock.nowMs();
    try {
      await inSlices(() => this.ports.sessionStore.expire(nowMs - SESSION_TTL_MS, SLICE_MAX));
      await inSlices(() => this.ports.acceptedTurns.expire((nowMs - ACCEPTED_TTL_MS) * 1_000, SLICE_MAX));
      await inSlices(() => this.ports.usageStore.expireUsage(budgetDayOf(nowMs - USAGE_TTL_MS), SLICE_MAX));
    } catch (error) {
      this.ports.logger.error('housekeeping failed and is tried again later', { error });
    }
  }
}

/** A run that finds more than its limit leaves the rest to the next one. */
async function inSlices(expire: () => Promise<number>): Promise<void> {
  for (let slice = 0; slice < SLICES_MAX; slice += 1) if ((await expire()) < SLICE_MAX) return;
}
