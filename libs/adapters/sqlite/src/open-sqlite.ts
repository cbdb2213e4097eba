import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { randomKey, Unavailable } from '@mneme/domain';
import { FileKeyVault, type VaultKeys } from '@mneme/file-key-vault';
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
import { LiveStores, type LiveStoresOptions } from './live-stores.js';
import { controlOn } from './control-stores.js';

import { KEYS_MIGRATIONS } from './keys-schema.js';
import { type AcceptedTurnsOptions, SqliteAcceptedTurns } from './sqlite-accepted-turns.js';
import { openStore, type OpenStoreOptions } from './open-store.js';
import { SESSION_MIGRATIONS } from './session-schema.js';
import { SqliteAccessCounts } from './sqlite-access-counts.js';
import type { SqliteCatalogue } from './sqlite-catalogue.js';
import { type EventLogOptions, type OtherThread, SqliteEventLog } from './sqlite-event-log.js';
import type { SqliteFactGraph } from './sqlite-fact-graph.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';
import { SqliteMemorySurvey } from './sqlite-memory-survey.js';
import { SqliteMemoryVersions } from './sqlite-memory-versions.js';
import { SqliteSessionStore, type SqliteSessionStoreOptions } from './sqlite-session-store.js';
import { SqliteShadowStores } from './sqlite-shadow-stores.js';
import { SqliteSubjectRegistry } from './sqlite-subject-registry.js';
import { SqliteTopicAudit } from './sqlite-topic-audit.js';
import type { SqliteVectorIndex, SqliteVectorIndexOptions } from './sqlite-vector-index.js';
import { SqliteVectorSurvey } from './sqlite-vector-survey.js';
import { readStoreNames } from './store-names.js';
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
  /** Of the owner alone. */
  readonly shadowStores: ShadowStores;
  /** Embedding models of which the live store has, or had, vectors. */
  vectorModels(): readonly string[];
  /** A second thread opens the directory anew: this is the owner's end of the channel to it. */
  join(port: MessagePort): void;
  /** Stops the consumers, writes what is waiting, closes the files and frees the directory. */
  close(): Promise<void>;
}

const PARTITION_COUNT = 4;
const WRITER_CACHE_BYTES = 16 * 1024 * 1024;

interface Place {
  /** A path, or `:memory:`. */
  readonly directory: string;
  readonly logFile: string;
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
  const link = new Link(shared?.port);
  const linked = (file: string): SqliteVectorIndexOptions =>
    shared === undefined ? {} : { link, openAgain: () => openDatabase(file, { migrations: storeMigrations }) };
  const storeOptions = (file: string): OpenStoreOptions => ({
    database: { ...lockOf('store'), ...cacheOf('guest') },
    vectorIndex: { ...options.vectorIndex, ...linked(file) },
  });
  const sessionStore = new SqliteSessionStore(
    open(place.sessionFile, SESSION_MIGRATIONS, { synchronous: 'normal', ...cacheOf('owner') }),
    sessionOptionsOf(options, clock),
  );
  const stores = projectionsOn(
    place,
    { clock, live: storeOptions, beside: { vectorIndex: options.vectorIndex } },
    shared,
  );
  // The last one, for it starts to keep house at once and nothing may fail after that.
  const housekeeping = shared?.role === 'owner' ? { housekeepingIntervalMs: 0 } : {};
  const log = new SqliteEventLog(tables, { clock, ...housekeeping, ...options.log }, otherThread(link, shared));
  return {
    log,
    acceptedTurns,
    subjectRegistry,
    ...controlOn(keysDb),
    keyVault: new FileKeyVault(place.keys),
    subjectTopics: new SqliteTopicAudit(tables),
    memoryVersions: new SqliteMemoryVersions(tables),
    ...stores.ports,
    sessionStore,
    join: (port) => link.join(port),
    close: async () => {
      await log.close();
      acceptedTurns.close();
      subjectRegistry.close();
      sessionStore.flush();
      link.close();
      stores.close();
      closeAll();
    },
  };
}

function sessionOptionsOf({ sessionWriteFailed: writeFailed }: SqliteOptions, clock: Clock): SqliteSessionStoreOptions {
  return { clock, ...(writeFailed === undefined ? {} : { writeFailed }) };
}

/** The owner has them all in hand; a guest has the ones that were live when it came, and is started anew after a switch. */
function projectionsOn(place: Place, options: LiveStoresOptions, shared: SharedOpening | undefined) {
  if (shared?.role === 'guest') {
    const file = join(place.directory, readStoreNames(place.directory).current);
    const { db, catalogue, vectorIndex, factGraph } = openStore(file, options.live(file));
    const shadowStores = guestsHaveNone();
    const ports = { catalogue, vectorIndex, factGraph, ...viewsOf(() => db), shadowStores, vectorModels: () => [] };
    return { ports, close: () => db.close() };
  }
  const live = new LiveStores(place.directory, options);
  const { catalogue, vectorIndex, factGraph } = live;
  const shadowStores = new SqliteShadowStores(place.directory, live, options.beside.vectorIndex);
  const views = viewsOf(() => live.database);
  const ports = { catalogue, vectorIndex, factGraph, ...views, shadowStores, vectorModels: () => live.vectorModels() };
  return { ports, close: () => live.close() };
}

/** What reads or counts in the store that is live at the moment, one statement at a time. */
function viewsOf(live: () => Database) {
  return {
    accessCounts: new SqliteAccessCounts(live),
    memorySurvey: new SqliteMemorySurvey(live),
    vectorSurvey: new SqliteVectorSurvey(live),
  };
}

function guestsHaveNone(): ShadowStores {
  const refuse = async () => {
    throw new Unavailable('only the owner of a data directory rebuilds its stores');
  };
  return { open: refuse, openNext: refuse, openPrevious: refuse, dropPrevious: refuse };
}

function otherThread(link: Link, shared: SharedOpening | undefined): OtherThread {
  if (shared === undefined) return { link };
  const gauge = new BurstGauge(shared.memory, GAUGE_AT);
  return shared.role === 'owner' ? { link, counts: gauge } : { link, givesWayTo: gauge };
}

function directoryPlace(path: string, isGuest: boolean): Place {
  const directory = isGuest ? joinDataDirectory(path) : openDataDirectory(path);
  const { logFile, sessionFile, keysFile, rootKey, commitmentKey } = directory;
  return {
    directory: directory.path,
    logFile,
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
    sessionFile: file,
    keysFile: file,
    keys,
    close: () => undefined,
  };
}
