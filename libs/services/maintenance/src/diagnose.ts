import { TOPICS, type TopicName } from '@mneme/events';
import { epochMsOf, policyProblems } from '@mneme/domain';
import type {
  AcceptedTurns,
  Clock,
  ControlStore,
  ErasureJournal,
  EventLog,
  WebhookCaller,
  WebhookStore,
} from '@mneme/ports';
import type { Metrics, Readiness } from '@mneme/platform';
import type { Diagnosis, DiagnosisCheck } from '@mneme/proto';
import { GROUPS } from './read-status.js';

export interface DiagnosePorts {
  readonly log: Pick<EventLog, 'endOffsets' | 'committedOffsets' | 'read'>;
  readonly controlStore: Pick<ControlStore, 'listTenants'>;
  readonly acceptedTurns: Pick<AcceptedTurns, 'highestRecordedAt'>;
  readonly erasureJournal: Pick<ErasureJournal, 'unfinished'>;
  readonly webhookStore: Pick<WebhookStore, 'listWebhooks'>;
  readonly webhookCaller: Pick<WebhookCaller, 'checkUrl'>;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly version: string;
  /** Absent: no disk of this process has the data. */
  readonly diskFree?: (() => Promise<DiskFree>) | undefined;
  readonly engineFaults?: (() => Promise<readonly EngineFault[]>) | undefined;
}

/** An engine that cannot be used now, and why. */
export interface EngineFault {
  readonly engine: string;
  readonly problem: string;
}

export interface DiskFree {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const BEHIND_MAX = 5_000;
const DEAD_LETTERS_READ_MAX = 1_000;
const FREE_BYTES_MIN = 1024 ** 3;
const FREE_SHARE_MIN = 0.05;
const AHEAD_MS_MAX = 300_000;
const TENANTS_MAX = 1_000;
const PROBLEMS_SHOWN_MAX = 10;
const ERASURES_MAX = 1_000;
/** Counters of what should never happen. */
const ALARMS = ['mneme_scope_alarms_total', 'mneme_corrupt_keys_total', 'mneme_erasure_incidents_total'];

/** Looks for what is wrong with the deployment. Each check stands by itself: one that fails is itself what is found. */
export class Diagnose {
  constructor(private readonly ports: DiagnosePorts) {}

  /** Of a running service. */
  async run(): Promise<Diagnosis> {
    const { clock, version } = this.ports;
    const running = [await checked('readiness', () => this.readiness()), await checked('alarms', () => this.alarms())];
    const checks = [...running, ...(await this.atRest())];
    return { version, now: new Date(clock.nowMs()).toISOString(), checks };
  }

  /** What can be told without one. */
  atRest(): Promise<DiagnosisCheck[]> {
    const checks: readonly [string, () => Promise<Found>][] = [
      ...GROUPS.map(
        ([group, topic]) => [`lag of ${group}`, () => this.lag(group, topic)] as [string, () => Promise<Found>],
      ),
      ['dead letters', () => this.deadLetters()],
      ...this.whereDataIs(),
      ['clock', () => this.clock()],
      ['erasures', () => this.erasures()],
      ['policies', () => this.policies()],
      ['webhooks', () => this.webhooks()],
    ];
    return Promise.all(checks.map(([name, check]) => checked(name, check)));
  }

  private async readiness(): Promise<Found> {
    if (this.ports.readiness.isReady) return ok('the service takes requests');
    return bad('the service is starting or stopping', 'wait, or look at its log for why it does not become ready');
  }

  private async lag(group: string, topic: TopicName): Promise<Found> {
    const ends = await this.ports.log.endOffsets(topic);
    const committed = await this.ports.log.committedOffsets(group, topic);
    const behind = ends.reduce((sum, end, partition) => sum + Math.max(0, end - (committed[partition] ?? 0)), 0);
    if (behind <= BEHIND_MAX) return ok(`${behind} records behind`);
    const remedy =
      'ask again in a minute; if it does not fall, look at the log for a group that retries, and send slower';
    return warning(`${behind} records behind`, remedy);
  }

  private async deadLetters(): Promise<Found> {
    const topic = TOPICS.deadLetters.name;
    const ends = await this.ports.log.endOffsets(topic);
    const counts = await Promise.all(
      ends.map((_, partition) => this.ports.log.read({ topic, partition, offset: 0 }, DEAD_LETTERS_READ_MAX)),
    );
    const count = counts.reduce((sum, records) => sum + records.length, 0);
    if (count === 0) return ok('none');
    const remedy =
      'what they hold was not applied: `mneme dead-letters list` says why; mend it and redrive them within 14 days';
    return warning(`${count}${count >= DEAD_LETTERS_READ_MAX ? ' or more' : ''}`, remedy);
  }

  private whereDataIs(): readonly [string, () => Promise<Found>][] {
    const { diskFree, engineFaults } = this.ports;
    return [
      ...(engineFaults === undefined
        ? []
        : [['engines', () => enginesOf(engineFaults)] as [string, () => Promise<Found>]]),
      ...(diskFree === undefined ? [] : [['disk', () => diskOf(diskFree)] as [string, () => Promise<Found>]]),
    ];
  }

  private async clock(): Promise<Found> {
    const aheadMs = Math.floor((await this.ports.acceptedTurns.highestRecordedAt()) / 1_000) - this.ports.clock.nowMs();
    if (aheadMs <= AHEAD_MS_MAX) return ok('the log is not ahead of the clock');
    return bad(
      `the log is ${Math.round(aheadMs / 1_000)} s ahead of the clock`,
      'set the clock right: it was set back',
    );
  }

  private async erasures(): Promise<Found> {
    const unfinished = await this.ports.erasureJournal.unfinished(ERASURES_MAX);
    const overdue = unfinished.filter(({ dueAt }) => epochMsOf(dueAt) < this.ports.clock.nowMs());
    if (overdue.length === 0) return ok(`${unfinished.length} under way`);
    return bad(`${overdue.length} overdue`, '`mneme erasures` says what each waits for');
  }

  private async alarms(): Promise<Found> {
    const totals = await this.ports.metrics.totalsOfAll();
    const rung = totals.filter(({ name, value }) => ALARMS.includes(name) && value > 0);
    if (rung.length === 0) return ok('none since the start');
    const found = rung.map(({ name, value }) => `${name}=${value}`).join(', ');
    return bad(found, 'see docs/runbook.md: each of these should be looked at by a person');
  }

  private async policies(): Promise<Found> {
    const tenants = await this.ports.controlStore.listTenants({ limit: TENANTS_MAX });
    const problems = tenants
      .filter(({ purpose }) => purpose === 'standard')
      .flatMap(({ tenantId, policy }) =>
        policyProblems(policy).map(({ field, problem }) => `${tenantId}: ${field}: ${problem}`),
      );
    if (problems.length === 0) return ok(`${tenants.length} looked at`);
    const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).join('; ');
    return warning(shown, '`mneme policy explain --tenant …` says what each field does');
  }

  private async webhooks(): Promise<Found> {
    const webhooks = await this.ports.webhookStore.listWebhooks({ limit: TENANTS_MAX });
    const refused = webhooks.filter(({ url }) => !this.isAllowed(url)).map(({ tenantId }) => tenantId);
    if (refused.length === 0) return ok(`${webhooks.length} set`);
    const found = `not allowed any more: ${refused.slice(0, PROBLEMS_SHOWN_MAX).join(', ')}`;
    return warning(found, 'set another url, or allow it: MNEME_WEBHOOK_HTTP, MNEME_WEBHOOK_PRIVATE');
  }

  private isAllowed(url: string): boolean {
    try {
      this.ports.webhookCaller.checkUrl(url);
      return true;
    } catch {
      return false;
    }
  }
}

type Found = Omit<DiagnosisCheck, 'name'>;

async function diskOf(diskFree: () => Promise<DiskFree>): Promise<Found> {
  const { freeBytes, totalBytes } = await diskFree();
  const found = `${Math.floor(freeBytes / 1024 ** 2)} MiB free of ${Math.floor(totalBytes / 1024 ** 2)}`;
  if (freeBytes >= FREE_BYTES_MIN && freeBytes >= totalBytes * FREE_SHARE_MIN) return ok(found);
  return bad(found, 'make room where the data directory is: on a full disk nothing is accepted');
}

async function enginesOf(engineFaults: () => Promise<readonly EngineFault[]>): Promise<Found> {
  const faults = await engineFaults();
  if (faults.length === 0) return ok('all can be used');
  const found = faults.map(({ engine, problem }) => `${engine}: ${problem}`).join('; ');
  return bad(found, 'bring it back: what it is needed for waits or goes on without it, and nothing is lost');
}

async function checked(name: string, check: () => Promise<Found>): Promise<DiagnosisCheck> {
  try {
    return { name, ...(await check()) };
  } catch {
    return { name, ...bad('this could not be looked at', 'look at the log of the service for the reason') };
  }
}

function ok(found: string): Found {
  return { state: 'ok', found, remedy: '' };
}

function warning(found: string, remedy: string): Found {
  return { state: 'warning', found, remedy };
}

function bad(found: string, remedy: string): Found {
  return { state: 'bad', found, remedy };
}
