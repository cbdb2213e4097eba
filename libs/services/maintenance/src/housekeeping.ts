import { budgetDayOf } from '@mneme/domain';
import type { AcceptedTurns, AuditJournal, Clock, ControlStore, SessionStore, UsageStore } from '@mneme/ports';
import type { Logger } from '@mneme/platform';
import { type TenantWork, tenantRound } from './reviews/tenant-rounds.js';

const SESSION_TTL_MS = 24 * 3_600_000;
const ACCEPTED_TTL_MS = 14 * 24 * 3_600_000;
const USAGE_TTL_MS = 62 * 24 * 3_600_000;
const AUDIT_TTL_MS = 90 * 24 * 3_600_000;
const SLICE_MAX = 1_000;
const SLICES_MAX = 100;

export interface HousekeepingPorts {
  readonly acceptedTurns: AcceptedTurns;
  readonly sessionStore: SessionStore;
  readonly usageStore: UsageStore;
  readonly auditJournal: AuditJournal;
  readonly controlStore: Pick<ControlStore, 'listTenants'>;
  /** What is done for each tenant: what has expired goes, what nobody reviewed is lowered. */
  readonly works: readonly TenantWork[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Drops what has outlived its time: sessions after 24 h, reservations of turns after 14 days, used budgets after 62, audits
 * after 90, and memories when they expire.
 */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private dropping: Promise<void> | undefined;
  private working: Promise<void> | undefined;

  constructor(
    private readonly ports: HousekeepingPorts,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.runOnce(), this.everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await Promise.all([this.dropping, this.working]);
  }

  /**
   * One round; of what still runs, that one. Commands wait for the consumer that applies them, for as long as it takes: what
   * goes by its age alone does not wait for them.
   */
  async runOnce(): Promise<void> {
    const dropped = (this.dropping ??= this.drop().finally(() => {
      this.dropping = undefined;
    }));
    this.working ??= dropped
      .then(() => this.work())
      .finally(() => {
        this.working = undefined;
      });
    await Promise.all([dropped, this.working]);
  }

  private async drop(): Promise<void> {
    const { sessionStore, acceptedTurns, usageStore, auditJournal, clock } = this.ports;
    const nowMs = clock.nowMs();
    const auditsBefore = new Date(nowMs - AUDIT_TTL_MS).toISOString();
    const drops = [
      () => sessionStore.expire(nowMs - SESSION_TTL_MS, SLICE_MAX),
      () => acceptedTurns.expire((nowMs - ACCEPTED_TTL_MS) * 1_000, SLICE_MAX),
      () => usageStore.expireUsage(budgetDayOf(nowMs - USAGE_TTL_MS), SLICE_MAX),
      () => auditJournal.expireAudits(auditsBefore, SLICE_MAX),
    ];
    // A store that is away keeps its own for longer, and no other's.
    for (const drop of drops) await this.trying(() => inSlices(drop));
  }

  private async work(): Promise<void> {
    const nowMs = this.ports.clock.nowMs();
    for (const work of this.ports.works) await this.trying(() => this.forTenants(work, nowMs));
  }

  private async trying(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.ports.logger.error('housekeeping failed and is tried again later', { error });
    }
  }

  private forTenants(work: TenantWork, nowMs: number): Promise<void> {
    const { controlStore, logger } = this.ports;
    const failed = (tenantId: string, error: unknown) =>
      logger.warn('the memories of a tenant could not be kept and are tried again later', { tenantId, error });
    return tenantRound({ controlStore, failed }, { work, nowMs, signal: this.stopping.signal });
  }
}

/** A run that finds more than its limit leaves the rest to the next one. */
async function inSlices(expire: () => Promise<number>): Promise<void> {
  for (let slice = 0; slice < SLICES_MAX; slice += 1) if ((await expire()) < SLICE_MAX) return;
}
