import type { MessagePort } from 'node:worker_threads';
import { randomKey } from '@mneme/domain';
import type {
  AuditJournal,
  AccessCounts,
  Clock,
  ControlStore,
  ErasureJournal,
  IssuerStore,
  KeyVault,
  MemorySurvey,
  MemoryVersions,
  OrganisationStore,
  ShadowStores,
  SubjectTopics,
  UsageStore,
  VectorSurvey,
  WebhookStore,
} from '@mneme/ports';
import { BurstGauge } from './burst-gauge.js';
import { joinDataDirectory, openDataDirectory } from './data-directory.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { Link } from './link.js';
import { FileKeyVault, type VaultKeys } from './file-key-vault.js';
import { KEYS_MIGRATIONS } from './keys-schema.js';
import { type AcceptedTurnsOptions, SqliteAcceptedTurns } from './sqlite-accepted-turns.js';
import { SESSION_MIGRATIONS } from './session-schema.js';
import { SqliteAuditJournal } from './sqlite-audit-journal.js';
import { SqliteAccessCounts } from './sqlite-access-counts.js';
import { SqliteCatalogue } from './sqlite-catalogue.js';
import { SqliteControlStore } from './sqlite-control-store.js';
import { SqliteErasureJournal } from './sqlite-erasure-journal.js';
import { type EventLogOptions, type OtherThread, SqliteEventLog } from './sqlite-event-log.js';
import { SqliteFactGraph } from './sqlite-fact-graph.js';
import { SqliteIssuerStore } from './sqlite-issuer-store.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';
import { SqliteMemorySurvey } from './sqlite-memory-survey.js';
import { SqliteMemoryVersions } from './sqlite-memory-versions.js';
import { SqliteOrganisationStore } from './sqlite-organisation-store.js';
import { SqliteSessionStore } from './sqlite-session-store.js';
import { SqliteShadowStores } from './sqlite-shadow-stores.js';
import { SqliteSubjectRegistry } from './sqlite-subject-registry.js';
import { SqliteTopicAudit } from './sqlite-topic-audit.js';
import { SqliteUsageStore } from './sqlite-usage-store.js';
import { SqliteVectorIndex, type SqliteVectorIndexOptions } from './sqlite-vector-index.js';
import { SqliteVectorSurvey } from './sqlite-vector-survey.js';
import { SqliteWebhookStore } from './sqlite-webhook-store.js';
import { TicketLock } from './ticket-lock.js';
import { storeMigrations } from './store-schema.js';

export interface SqliteOptions {
  /** Partitions of every topic; fixed once the log is made. */
  readonly partitionCount?: number;
  readonly log?: Partial<EventLogOptions>;
  readonly acceptedTurns?: Partial<AcceptedTurnsOptions>;
  readonly vectorIndex?: SqliteVectorIndexOptions;
  /** The second opening of the directory, in another thread of this process. */
  readonly shared?: SharedOpening;
  /** The machine's clock unless it is given. */
  readonly clock?: Clock;
  /** Hears of last turns that could not be kept. */
  readonly sessionWriteFailed?: (error: unknown, turns: number) => void;
}

/**
 * Two threads on one data directory. The owner opens it first and closes it last; consumers of the log run in the guest,
 * which also keeps its house.
 */
export interface SharedOpening {
  readonly role: 'owner' | 'guest';
  /** The two ends of one channel. */
  readonly port: MessagePort;
  /** One memory for both, of `sharedMemory()`. */
  readonly memory: SharedArrayBuffer;
}

/** Memory for the locks of the files that both threads write, and for how fast the owner appends. */
export function sharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(GAUGE_AT + Int32Array.BYTES_PER_ELEMENT);
}

const LOCK_AT = { log: 0, store: TicketLock.BYTES } as const;
const GAUGE_AT = 2 * TicketLock.BYTES;

/** Every port on one data directory. */
export interface Sqlite {
  readonly log: SqliteEventLog;
  readonly acceptedTurns: SqliteAcceptedTurns;
  readonly controlStore: ControlStore;
  readonly organisationStore: OrganisationStore;
  readonly issuerStore: IssuerStore;
  readonly usageStore: UsageStore;
  readonly subjectRegistry: SqliteSubjectRegistry;
  readonly keyVault: KeyVault;
  readonly erasureJournal: ErasureJournal;
  readonly subjectTopics: SubjectTopics;
  readonly memoryVersions: MemoryVersions;
  readonly catalogue: SqliteCatalogue;
  readonly accessCounts: AccessCounts;
  readonly vectorIndex: SqliteVectorIndex;
  readonly factGraph: SqliteFactGraph;
  readonly memorySurvey: MemorySurvey;
  readonly vectorSurvey: VectorSurvey;
  readonly auditJournal: AuditJournal;
  readonly webhookStore: WebhookStore;
  readonly sessionStore: SqliteSessionStore;
  readonly shadowStores: ShadowStores;
  /** Stops the consumers, writes what is waiting, closes the files and frees the directory. */
  close(): Promise<void>;
}

const PARTITION_COUNT = 4;
const WRITER_CACHE_BYTES = 16 * 1024 * 1024;

interface Place {
  /** A path, or `:memory:`. */
  readonly directory: string;
  readonly logFile: string;
  readonly storeFile: string;
  readonly sessionFile: string;
  readonly keysFile: string;
  readonly keys: VaultKeys;
  close(): void;
}

/**
 * Opens a data directory, which is made when it is not there, or `:memory:`, which is gone when it is closed.
 * @throws what `openDataDirectory` and `openDatabase` throw; InvalidInput for another number of partitions.
 */
export function openSqlite(where: string, options: SqliteOptions = {}): Sqlite {
  const { shared } = options;
  const place = where === ':memory:' ? memoryPlace() : directoryPlace(where, shared?.role === 'guest');
  const opened: Database[] = [];
  const open: Opening['open'] = (file, migrations, rest) => {
    const db = openDatabase(file, { migrations, ...rest });
    opened.push(db);
    return db;
  };
  const closeAll = () => {
    for (const db of opened) db.close();
    place.close();
  };
  try {
    return portsOn({ place, open, closeAll }, options);
  } catch (error) {
    closeAll();
    throw error;
  }
}

interface Opening {
  readonly place: Place;
  readonly open: (file: string, migrations: readonly string[], rest?: Partial<DatabaseOptions>) => Database;
  readonly closeAll: () => void;
}

function portsOn({ place, open, closeAll }: Opening, options: SqliteOptions): Sqlite {
  const { shared } = options;
  const lockOf = (file: keyof typeof LOCK_AT) =>
    shared === undefined ? {} : { lock: new TicketLock(shared.memory, LOCK_AT[file]) };
  const clock = options.clock ?? { nowMs: () => Date.now() };
  // Only where a thread writes all over a file: elsewhere the operating system's cache does.
  const cacheOf = (role: SharedOpening['role']) =>
    shared === undefined || shared.role === role ? { cacheBytes: WRITER_CACHE_BYTES } : {};
  const keysDb = open(place.keysFile, KEYS_MIGRATIONS, cacheOf('owner'));
  const tables = new SqliteLogTables(
    open(place.logFile, LOG_MIGRATIONS, lockOf('log')),
    options.partitionCount ?? PARTITION_COUNT,
  );
  const acceptedTurns = new SqliteAcceptedTurns(keysDb, options.acceptedTurns);
  const subjectRegistry = new SqliteSubjectRegistry(keysDb);
  const openStore = () => openDatabase(place.storeFile, { migrations: storeMigrations });
  const storeDb = open(place.storeFile, storeMigrations, { ...lockOf('store'), ...cacheOf('guest') });
  const link = new Link(shared?.port);
  const linked = shared === undefined ? {} : { link, openAgain: openStore };
  const sessionStore = new SqliteSessionStore(
    open(place.sessionFile, SESSION_MIGRATIONS, { synchronous: 'normal', ...cacheOf('owner') }),
    {
      clock,
      ...(options.sessionWriteFailed === undefined ? {} : { writeFailed: options.sessionWriteFailed }),
    },
  );
  const shadowStores = new SqliteShadowStores(place.directory, options.vectorIndex, shared?.role !== 'guest');
  // The last one, for it starts to keep house at once and nothing may fail after that.
  const housekeeping = shared?.role === 'owner' ? { housekeepingIntervalMs: 0 } : {};
  const log = new SqliteEventLog(tables, { clock, ...housekeeping, ...options.log }, otherThread(link, shared));
  return {
    log,
    acceptedTurns,
    subjectRegistry,
    controlStore: new SqliteControlStore(keysDb),
    organisationStore: new SqliteOrganisationStore(keysDb),
    issuerStore: new SqliteIssuerStore(keysDb),
    usageStore: new SqliteUsageStore(keysDb),
    erasureJournal: new SqliteErasureJournal(keysDb),
    keyVault: new FileKeyVault(place.keys),
    subjectTopics: new SqliteTopicAudit(tables),
    memoryVersions: new SqliteMemoryVersions(tables),
    catalogue: new SqliteCatalogue(storeDb),
    accessCounts: new SqliteAccessCounts(storeDb),
    vectorIndex: new SqliteVectorIndex(storeDb, { ...options.vectorIndex, ...linked }),
    factGraph: new SqliteFactGraph(storeDb),
    ...portsOfMaintenance(() => storeDb, keysDb),
    sessionStore,
    shadowStores,
    close: async () => {
      await log.close();
      acceptedTurns.close();
      subjectRegistry.close();
      sessionStore.flush();
      link.close();
      closeAll();
    },
  };
}

/** What maintenance alone asks for: of the store that is live at the moment, and of keys.db. */
function portsOfMaintenance(
  liveStore: () => Database,
  keysDb: Database,
): Pick<Sqlite, 'memorySurvey' | 'vectorSurvey' | 'auditJournal' | 'webhookStore'> {
  return {
    memorySurvey: new SqliteMemorySurvey(liveStore),
    vectorSurvey: new SqliteVectorSurvey(liveStore),
    auditJournal: new SqliteAuditJournal(keysDb),
    webhookStore: new SqliteWebhookStore(keysDb),
  };
}

function otherThread(link: Link, shared: SharedOpening | undefined): OtherThread {
  if (shared === undefined) return { link };
  const gauge = new BurstGauge(shared.memory, GAUGE_AT);
  return shared.role === 'owner' ? { link, counts: gauge } : { link, givesWayTo: gauge };
}

function directoryPlace(path: string, isGuest: boolean): Place {
  const directory = isGuest ? joinDataDirectory(path) : openDataDirectory(path);
  const { logFile, storeFile, sessionFile, keysFile, rootKey, commitmentKey } = directory;
  return {
    directory: directory.path,
    logFile,
    storeFile,
    sessionFile,
    keysFile,
    keys: { rootKey, commitmentKey },
    close: () => directory.close(),
  };
}

function memoryPlace(): Place {
  const file = ':memory:';
  const keys = { rootKey: randomKey(), commitmentKey: randomKey() };
  return {
    directory: file,
    logFile: file,
    storeFile: file,
    sessionFile: file,
    keysFile: file,
    keys,
    close: () => undefined,
  };
}
