import type { TenantId } from '@mneme/events';
import { isMemoryError } from '@mneme/domain';
import type { Clock, IdleSession, SessionEnds } from '@mneme/ports';
import { type EndSessions, ENDS_MAX, type Keyring, type Logger } from '@mneme/platform';

export interface EndIdleSessionsPorts {
  readonly sessionEnds: SessionEnds;
  readonly endSessions: Pick<EndSessions, 'end'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface IdleSweepLimits {
  /** How often it looks. */
  readonly everyMs: number;
  /** Sessions that one page looks at. */
  readonly pageSessionsMax: number;
  /** Pages of one round; the next goes on where it stopped. */
  readonly pagesMax: number;
}

const DEFAULT_IDLE_SWEEP_LIMITS: IdleSweepLimits = { everyMs: 60_000, pageSessionsMax: 500, pagesMax: 200 };

/** No tenant lets a session be over sooner. */
const IDLE_MS_MIN = 60_000;

/**
 * Ends sessions that have had no turn for as long as their tenant's policy says. A session is noted as ended when the log has
 * its end: whatever stops in between is done again at the next round, and changes nothing.
 */
export class EndIdleSessions {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopping = false;
  private after: string | undefined;

  constructor(
    private readonly ports: EndIdleSessionsPorts,
    private readonly limits: IdleSweepLimits = DEFAULT_IDLE_SWEEP_LIMITS,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.runOnce(), this.limits.everyMs).unref();
  }

  /** Resolves when the page in hand is done. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One round; joins the one that runs. Never rejects: what failed is tried again. */
  runOnce(): Promise<void> {
    this.running ??= this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  private async round(): Promise<void> {
    try {
      for (let page = 0; page < this.limits.pagesMax && !this.isStopping; page += 1) {
        await this.endPage();
        if (this.after === undefined) return;
      }
    } catch (error) {
      this.after = undefined;
      this.ports.logger.error('idle sessions could not be ended and are tried again later', { error });
    }
  }

  private async endPage(): Promise<void> {
    const nowMs = this.ports.clock.nowMs();
    const { sessions, next } = await this.ports.sessionEnds.idleSessions({
      beforeMs: nowMs - IDLE_MS_MIN,
      sessionsMax: this.limits.pageSessionsMax,
      ...(this.after === undefined ? {} : { after: this.after }),
    });
    const over = await this.overOf(sessions, nowMs);
    for (let at = 0; at < over.length; at += ENDS_MAX) await this.endAll(over.slice(at, at + ENDS_MAX));
    this.after = next;
  }

  /** One session that cannot be ended must not keep all others from it: it is passed over, and looked at again later. */
  private async endAll(sessions: readonly IdleSession[]): Promise<void> {
    try {
      await this.ports.endSessions.end(sessions);
    } catch (error) {
      if (!isMemoryError(error) || error.retry === 'later') throw error;
      const [session, ...others] = sessions;
      if (others.length > 0) for (const one of sessions) await this.endAll([one]);
      else this.ports.logger.warn('an idle session cannot be ended', { tenantId: session?.tenantId, code: error.code });
      return;
    }
    for (const session of sessions) await this.ports.sessionEnds.noteEnded(session);
  }

  private async overOf(sessions: readonly IdleSession[], nowMs: number): Promise<readonly IdleSession[]> {
    const idleMs = new Map<TenantId, number>();
    for (const { tenantId } of sessions) {
      if (!idleMs.has(tenantId)) idleMs.set(tenantId, await this.idleMsOf(tenantId));
    }
    return sessions.filter(({ tenantId, lastAppendMs }) => nowMs - lastAppendMs >= (idleMs.get(tenantId) ?? Infinity));
  }

  private async idleMsOf(tenantId: TenantId): Promise<number> {
    try {
      const { idleMinutes } = (await this.ports.keyring.tenant(tenantId)).tenant.policy.sessions;
      return idleMinutes === null ? Infinity : idleMinutes * 60_000;
    } catch (error) {
      // A tenant that is gone has nobody to sum up for.
      if (isMemoryError(error) && error.code === 'not-found') return Infinity;
      throw error;
    }
  }
}
