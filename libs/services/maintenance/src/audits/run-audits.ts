import { setTimeout as sleep } from 'node:timers/promises';
import { addedFindings, isMemoryError, type MemoryAudit, passOf } from '@mneme/domain';
import type { AuditJournal, Clock } from '@mneme/ports';
import { DEFAULT_RETRY, type Logger, type Metrics } from '@mneme/platform';
import type { GiveCommands } from '../give-commands.js';
import type { MaintenanceConfig } from '../maintenance.config.js';
import type { AuditPages } from './audit-pages.js';
import { wishOfFinding } from './wish-of-finding.js';

export interface RunAuditsPorts {
  readonly journal: AuditJournal;
  readonly pages: AuditPages;
  readonly give: GiveCommands;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface Rest {
  readonly untilMs: number;
  readonly attempts: number;
}

/**
 * Takes every audit of the journal that looks or runs forward, page by page in turns, and goes on after a crash with the
 * page that was in hand: its commands are named by what they are about, so that giving them again changes nothing.
 */
export class RunAudits {
  readonly name = 'audits';
  private readonly stopping = new AbortController();
  private readonly resting = new Map<string, Rest>();
  private working: Promise<void> | undefined;
  private isWoken = false;
  private inHand: Promise<unknown> = Promise.resolve();
  private page: { readonly auditId: string; readonly leaving: AbortController } | undefined;

  constructor(
    private readonly ports: RunAuditsPorts,
    private readonly config: Pick<MaintenanceConfig, 'unfinishedMax' | 'backoffMinMs' | 'backoffMaxMs'>,
  ) {}

  start(): void {
    this.wake();
  }

  /** Resolves when the page in hand is journaled. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  /** Looks at the journal again. */
  wake(): void {
    this.isWoken = true;
    if (this.working !== undefined || this.stopping.signal.aborted) return;
    this.working = this.work().finally(() => {
      this.working = undefined;
      if (this.isWoken) this.wake();
    });
  }

  /** Lets go of the audit's page if that is in hand: it may wait for room, and nothing of it was journaled. */
  leave(auditId: string): void {
    if (this.page?.auditId === auditId) this.page.leaving.abort();
  }

  /** Changes an audit between two of its pages. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.inHand.then(change);
    this.inHand = changed.catch(() => undefined);
    return changed;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.isWoken = false;
      const open = await this.open();
      if (open.length === 0 && this.resting.size === 0) return;
      const startedMs = performance.now();
      for (const audit of open) {
        if (signal.aborted) return;
        await this.exclusively(() => this.forward(audit));
      }
      // As long a pause as the pages took: requests of people get the other half of this thread at least.
      const pauseMs = open.length === 0 ? this.config.backoffMinMs : performance.now() - startedMs;
      await sleep(Math.min(pauseMs, this.config.backoffMaxMs), undefined, { signal }).catch(() => undefined);
    }
  }

  private async open(): Promise<readonly MemoryAudit[]> {
    try {
      const audits = await this.ports.journal.unfinishedAudits(this.config.unfinishedMax);
      const known = new Set(audits.map(({ auditId }) => auditId));
      for (const auditId of this.resting.keys()) if (!known.has(auditId)) this.resting.delete(auditId);
      return audits.filter(({ auditId }) => (this.resting.get(auditId)?.untilMs ?? 0) <= performance.now());
    } catch (error) {
      this.ports.logger.error('the journal of audits cannot be read', { error });
      this.rest('journal');
      return [];
    }
  }

  private async forward({ tenantId, auditId }: MemoryAudit): Promise<void> {
    const leaving = new AbortController();
    const signal = AbortSignal.any([leaving.signal, this.stopping.signal]);
    this.page = { auditId, leaving };
    try {
      // Read again: since it was listed somebody may have stopped it.
      const audit = await this.ports.journal.findAudit(tenantId, auditId);
      if (audit === undefined || (audit.state !== 'looking' && audit.state !== 'running')) return;
      await this.ports.journal.recordAudit(await this.pageOf(audit, signal));
      this.resting.delete(auditId);
    } catch (error) {
      if (!signal.aborted) await this.failed({ tenantId, auditId }, error);
    } finally {
      this.page = undefined;
    }
  }

  private async pageOf(audit: MemoryAudit, signal: AbortSignal): Promise<MemoryAudit> {
    const { memories, findings, leftOut, next } = await this.ports.pages.read(audit, audit.place);
    const pass = passOf(audit);
    let counts = addedFindings(audit[pass], memories, findings);
    counts = { ...counts, leftOut: counts.leftOut + leftOut };
    if (audit.state === 'running' && findings.length > 0) {
      const wished = findings.map((finding) => wishOfFinding(audit, finding));
      const { given, refused } = await this.ports.give.give(wished, signal);
      counts = { ...counts, given: counts.given + given, refused: counts.refused + refused };
    }
    const after = { ...audit, [pass]: counts, place: next ?? {} };
    if (next !== undefined) return after;
    if (audit.state === 'looking') return { ...after, state: 'ready' };
    this.ports.metrics.increment('mneme_audits_total', { aim: audit.aim, state: 'done' });
    return { ...after, state: 'done', finishedAt: this.now() };
  }

  /**
   * What may pass is tried again for as long as it takes, what nobody has classified a few times; the rest ends the audit with
   * its code.
   */
  private async failed(
    { tenantId, auditId }: Pick<MemoryAudit, 'tenantId' | 'auditId'>,
    error: unknown,
  ): Promise<void> {
    const attempts = this.rest(auditId);
    const isPassing = isMemoryError(error) ? error.retry === 'later' : attempts < DEFAULT_RETRY.unknownAttemptsMax;
    this.ports.logger.warn('a page of an audit failed', { auditId, isPassing, error });
    if (isPassing) return;
    const audit = await this.ports.journal.findAudit(tenantId, auditId).catch(() => undefined);
    if (audit === undefined) return;
    this.ports.metrics.increment('mneme_audits_total', { aim: audit.aim, state: 'failed' });
    const failure = isMemoryError(error) ? error.code : 'unknown';
    const ended: MemoryAudit = { ...audit, state: 'failed', failure, finishedAt: this.now() };
    await this.ports.journal.recordAudit(ended).catch(() => undefined);
  }

  private rest(auditId: string): number {
    const attempts = (this.resting.get(auditId)?.attempts ?? 0) + 1;
    const { backoffMinMs, backoffMaxMs } = this.config;
    const delayMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (attempts - 1));
    this.resting.set(auditId, { untilMs: performance.now() + delayMs, attempts });
    return attempts;
  }

  private now(): string {
    return new Date(this.ports.clock.nowMs()).toISOString();
  }
}
