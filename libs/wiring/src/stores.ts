import type {
  AcceptedTurns,
  AccessCounts,
  AuditableStore,
  AuditJournal,
  Catalogue,
  ControlStore,
  ErasableStore,
  ErasureJournal,
  EventLog,
  FactGraph,
  IssuerStore,
  KeyVault,
  Leases,
  MemorySurvey,
  MemoryVersions,
  OrganisationStore,
  SessionEnds,
  SessionStore,
  ShadowStores,
  SubjectRegistry,
  SubjectTopics,
  UsageStore,
  VectorIndex,
  VectorSurvey,
  WebhookStore,
} from '@mneme/ports';

/** Every port that keeps data, whatever the engines are. One data directory has them all, and so has a whole distributed set. */
export interface Stores extends AlwaysOpen, Required<Omit<SometimesOpen, 'leases'>> {
  /** Absent where one process has the engines to itself, and is therefore always the active one. */
  readonly leases?: Leases | undefined;
}

/** What one process has opened: a service of the distributed profile opens no engine that it does not speak to. */
export interface OpenStores extends AlwaysOpen, SometimesOpen {}

/** Of the log, of what decides about access, and of the catalogue: no service does without. */
interface AlwaysOpen {
  readonly log: EventLog;
  readonly subjectTopics: SubjectTopics;
  readonly keyVault: KeyVault;
  readonly acceptedTurns: AcceptedTurns & ErasableStore;
  readonly controlStore: ControlStore;
  readonly organisationStore: OrganisationStore;
  readonly issuerStore: IssuerStore;
  readonly usageStore: UsageStore;
  readonly subjectRegistry: SubjectRegistry;
  readonly erasureJournal: ErasureJournal;
  readonly auditJournal: AuditJournal;
  readonly webhookStore: WebhookStore;
  readonly memoryVersions: MemoryVersions;
  readonly catalogue: Catalogue & AuditableStore & ErasableStore;
  readonly accessCounts: AccessCounts;
  readonly memorySurvey: MemorySurvey;
}

interface SometimesOpen {
  readonly vectorIndex?: (VectorIndex & AuditableStore & ErasableStore) | undefined;
  readonly vectorSurvey?: VectorSurvey | undefined;
  readonly factGraph?: (FactGraph & AuditableStore & ErasableStore) | undefined;
  readonly sessionStore?: (SessionStore & SessionEnds & ErasableStore) | undefined;
  readonly shadowStores?: ShadowStores | undefined;
  readonly leases?: Leases | undefined;
}
