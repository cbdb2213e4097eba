import {
  ACCEPTED_TURNS,
  AUDIT_JOURNAL,
  CLOCK,
  CONTROL_STORE,
  EMBEDDER,
  ERASURE_JOURNAL,
  EVENT_LOG,
  KEY_VAULT,
  MEMORY_SURVEY,
  SESSION_STORE,
  USAGE_STORE,
  VECTOR_SURVEY,
  WEBHOOK_CALLER,
  WEBHOOK_STORE,
  type AcceptedTurns,
  type AuditJournal,
  type Clock,
  type ControlStore,
  type Embedder,
  type ErasureJournal,
  type EventLog,
  type KeyVault,
  type MemorySurvey,
  type SessionStore,
  type UsageStore,
  type VectorSurvey,
  type WebhookCaller,
  type WebhookStore,
} from '@mneme/ports';
import { AcceptCommands, Keyring, Logger, Metrics, Readiness } from '@mneme/platform';
import { AuditPages } from './audits/audit-pages.js';
import { Audits } from './audits/audits.js';
import { FindDuplicates } from './audits/find-duplicates.js';
import { RunAudits } from './audits/run-audits.js';
import { Diagnose, type DiskFree, type EngineFault } from './diagnose.js';
import { GiveCommands } from './give-commands.js';
import { Housekeeping } from './housekeeping.js';
import type { MaintenanceConfig } from './maintenance.config.js';
import { ReadJunk } from './read-junk.js';
import { DueReviews } from './reviews/due-reviews.js';
import { ExpireMemories } from './reviews/expire-memories.js';
import { LowerUnreviewed } from './reviews/lower-unreviewed.js';
import { AskWebhook } from './webhook/ask-webhook.js';
import { VerifyCritical } from './webhook/verify-critical.js';
import { Webhooks } from './webhook/webhooks.js';

export interface UpkeepOptions {
  readonly config: MaintenanceConfig;
  readonly version: string;
  /** Absent where no disk of this process has the data. */
  readonly diskFree?: (() => Promise<DiskFree>) | undefined;
  /** What of the engines cannot be used now; absent where there is none that could be away. */
  readonly engineFaults?: (() => Promise<readonly EngineFault[]>) | undefined;
}

const PORTS = Symbol('UpkeepPorts');

/** Where each port comes from. */
const PORT_TOKENS = {
  survey: MEMORY_SURVEY,
  vectors: VECTOR_SURVEY,
  journal: AUDIT_JOURNAL,
  erasureJournal: ERASURE_JOURNAL,
  webhookStore: WEBHOOK_STORE,
  caller: WEBHOOK_CALLER,
  vault: KEY_VAULT,
  keyring: Keyring,
  embedder: EMBEDDER,
  commands: AcceptCommands,
  log: EVENT_LOG,
  controlStore: CONTROL_STORE,
  acceptedTurns: ACCEPTED_TURNS,
  sessionStore: SESSION_STORE,
  usageStore: USAGE_STORE,
  clock: CLOCK,
  metrics: Metrics,
  logger: Logger,
  readiness: Readiness,
} as const satisfies Record<keyof UpkeepPorts, unknown>;

interface UpkeepPorts {
  readonly survey: MemorySurvey;
  readonly vectors: VectorSurvey;
  readonly journal: AuditJournal;
  readonly erasureJournal: ErasureJournal;
  readonly webhookStore: WebhookStore;
  readonly caller: WebhookCaller;
  readonly vault: KeyVault;
  readonly keyring: Keyring;
  readonly embedder: Embedder;
  readonly commands: AcceptCommands;
  readonly log: EventLog;
  readonly controlStore: ControlStore;
  readonly acceptedTurns: AcceptedTurns;
  readonly sessionStore: SessionStore;
  readonly usageStore: UsageStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly readiness: Readiness;
}

/** What keeps memories true: audits, expiry, reviews, verification, and what looks at them. */
export function upkeepProviders(options: UpkeepOptions) {
  return [
    portsProvider(),
    ...auditProviders(options.config),
    ...webhookProviders(options),
    ...readingProviders(options),
  ];
}

function portsProvider() {
  const names = Object.keys(PORT_TOKENS);
  return {
    provide: PORTS,
    inject: Object.values(PORT_TOKENS),
    useFactory: (...ports: readonly unknown[]) =>
      Object.fromEntries(names.map((name, i) => [name, ports[i]])) as unknown as UpkeepPorts,
  };
}

function auditProviders(config: MaintenanceConfig) {
  return [
    {
      provide: GiveCommands,
      inject: [PORTS],
      useFactory: (ports: UpkeepPorts) => new GiveCommands(ports, config),
    },
    {
      provide: AuditPages,
      inject: [PORTS],
      useFactory: (ports: UpkeepPorts) => {
        const duplicates = new FindDuplicates(ports, config.subjectMemoriesMax);
        return new AuditPages({ survey: ports.survey, duplicates }, config.pageMemoriesMax);
      },
    },
    {
      provide: RunAudits,
      inject: [PORTS, AuditPages, GiveCommands],
      useFactory: (ports: UpkeepPorts, pages: AuditPages, give: GiveCommands) =>
        new RunAudits({ ...ports, pages, give }, config),
    },
    {
      provide: Audits,
      inject: [PORTS, AuditPages, RunAudits],
      useFactory: (ports: UpkeepPorts, pages: AuditPages, runs: RunAudits) =>
        new Audits({ ...ports, pages, runs }, config),
    },
  ];
}

function webhookProviders({ config }: UpkeepOptions) {
  return [
    {
      provide: Webhooks,
      inject: [PORTS],
      useFactory: (ports: UpkeepPorts) => new Webhooks({ ...ports, store: ports.webhookStore }),
    },
    {
      provide: VerifyCritical,
      inject: [PORTS, Webhooks, GiveCommands],
      useFactory: (ports: UpkeepPorts, webhooks: Webhooks, give: GiveCommands) => {
        const asker = new AskWebhook({ ...ports, webhooks, give }, config.webhook);
        return new VerifyCritical({ ...ports, webhooks, asker }, config.webhook);
      },
    },
    {
      provide: Housekeeping,
      inject: [PORTS, GiveCommands],
      useFactory: (ports: UpkeepPorts, give: GiveCommands) => {
        const expiry = new ExpireMemories({ ...ports, give }, config);
        const unreviewed = new LowerUnreviewed({ ...ports, give }, config);
        const works = [expiry, unreviewed].map((work) => work.run.bind(work));
        return new Housekeeping({ ...ports, auditJournal: ports.journal, works }, config.housekeepingMs);
      },
    },
  ];
}

function readingProviders({ config, version, diskFree, engineFaults }: UpkeepOptions) {
  return [
    { provide: DueReviews, inject: [PORTS], useFactory: (ports: UpkeepPorts) => new DueReviews(ports) },
    { provide: ReadJunk, inject: [PORTS], useFactory: (ports: UpkeepPorts) => new ReadJunk(ports, config) },
    {
      provide: Diagnose,
      inject: [PORTS],
      useFactory: (ports: UpkeepPorts) =>
        new Diagnose({ ...ports, webhookCaller: ports.caller, version, diskFree, engineFaults }),
    },
  ];
}
