import { randomUUID } from 'node:crypto';
import type { TenantId } from '@mneme/events';
import {
  AUDIT_AIMS,
  type AuditAim,
  type AuditFinding,
  type AuditPlace,
  Conflict,
  InvalidInput,
  type MemoryAudit,
  NO_COUNTS,
  NotFound,
} from '@mneme/domain';
import type { AuditJournal, Clock } from '@mneme/ports';
import type { Keyring } from '@mneme/platform';
import type { MaintenanceConfig } from '../maintenance.config.js';
import type { AuditPages } from './audit-pages.js';
import type { RunAudits } from './run-audits.js';

export interface AuditsPorts {
  readonly journal: AuditJournal;
  readonly pages: AuditPages;
  readonly runs: RunAudits;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly clock: Clock;
}

export interface FindingsPage {
  readonly findings: readonly AuditFinding[];
  /** Absent at the end. */
  readonly next?: AuditPlace;
}

/** Begins, runs, stops and shows the audits of a tenant. */
export class Audits {
  constructor(
    private readonly ports: AuditsPorts,
    private readonly config: Pick<MaintenanceConfig, 'listedMax' | 'findingsLookedAtMax'>,
  ) {}

  /** A dry run by the policy as it is now. @throws InvalidInput; Conflict while one of that aim is not finished. */
  async begin(
    tenantId: TenantId,
    { aim = 'age', requestedBy }: { aim?: string | undefined; requestedBy: string },
  ): Promise<MemoryAudit> {
    const { tenant } = await this.ports.keyring.tenant(tenantId);
    const { maintenance, confidenceMin } = tenant.policy;
    const audit: MemoryAudit = {
      auditId: randomUUID(),
      tenantId,
      aim: readAim(aim),
      requestedBy,
      startedAt: new Date(this.ports.clock.nowMs()).toISOString(),
      state: 'looking',
      rules: { maintenance, confidenceMin },
      place: {},
      looked: NO_COUNTS,
      ran: NO_COUNTS,
    };
    await this.ports.journal.beginAudit(audit);
    this.ports.runs.wake();
    return audit;
  }

  /** Runs what is ready, goes on with what was stopped, in the pass in which it was. @throws NotFound; Conflict while it still looks, or has failed. */
  async run(tenantId: TenantId, auditId: string): Promise<MemoryAudit> {
    const running = await this.change(tenantId, auditId, (audit) => {
      const { stoppedIn, ...rest } = audit;
      if (stoppedIn !== undefined) return { ...rest, state: 'looking' };
      if (audit.state === 'ready' || audit.state === 'stopped') return { ...audit, state: 'running' };
      if (audit.state === 'running' || audit.state === 'done') return audit;
      throw new Conflict(`this audit is ${audit.state}: only one that is ready or stopped can be run`, {
        field: 'auditId',
      });
    });
    this.ports.runs.wake();
    return running;
  }

  /** Waits for no page: the one in hand is left, and is taken again. @throws NotFound; Conflict for what is over. */
  async stop(tenantId: TenantId, auditId: string): Promise<MemoryAudit> {
    await this.get(tenantId, auditId);
    this.ports.runs.leave(auditId);
    return this.change(tenantId, auditId, (audit) => {
      if (audit.state === 'looking') return { ...audit, state: 'stopped', stoppedIn: 'looking' };
      if (audit.state === 'running') return { ...audit, state: 'stopped' };
      if (audit.state === 'stopped') return audit;
      throw new Conflict(`this audit is ${audit.state}: only one that looks or runs can be stopped`, {
        field: 'auditId',
      });
    });
  }

  /** @throws NotFound. */
  async get(tenantId: TenantId, auditId: string): Promise<MemoryAudit> {
    const audit = await this.ports.journal.findAudit(tenantId, auditId);
    if (audit === undefined) throw new NotFound('there is no such audit', { field: 'auditId' });
    return audit;
  }

  list(tenantId: TenantId): Promise<readonly MemoryAudit[]> {
    return this.ports.journal.listAudits(tenantId, this.config.listedMax);
  }

  /** What the audit would do from a place on, as things are now: at least one page of memories is looked at. */
  async findings(audit: MemoryAudit, from: AuditPlace = {}): Promise<FindingsPage> {
    const findings: AuditFinding[] = [];
    let place = from;
    for (let lookedAt = 0; lookedAt < this.config.findingsLookedAtMax;) {
      const page = await this.ports.pages.read(audit, place);
      findings.push(...page.findings);
      if (page.next === undefined) return { findings };
      place = page.next;
      // A page without memories of its own still costs a look.
      lookedAt += Math.max(page.memories, 1);
      if (findings.length >= this.config.listedMax) break;
    }
    return { findings, next: place };
  }

  private change(
    tenantId: TenantId,
    auditId: string,
    changed: (audit: MemoryAudit) => MemoryAudit,
  ): Promise<MemoryAudit> {
    return this.ports.runs.exclusively(async () => {
      const audit = changed(await this.get(tenantId, auditId));
      await this.ports.journal.recordAudit(audit);
      return audit;
    });
  }
}

function readAim(aim: string): AuditAim {
  const known = AUDIT_AIMS.find((one) => one === aim);
  if (known !== undefined) return known;
  throw new InvalidInput(`an audit looks for ${AUDIT_AIMS.join(' or ')}`, { field: 'aim' });
}
