import { randomKey } from '@mneme/domain';
import type {
  Clock,
  ControlStore,
  ErasureJournal,
  IssuerStore,
  KeyVault,
  OrganisationStore,
  ShadowStores,
  SubjectTopics,
  UsageStore,
} from '@mneme/ports';
import { openDataDirectory } from './data-directory.js';
import { type Database, openDatabase } from './database.js';
import { FileKeyVault, type VaultKeys } from './file-key-vault.js';
import { KEYS_MIGRATIONS } from './keys-schema.js';
import { type AcceptedTurnsOptions, SqliteAcceptedTurns } from './sqlite-accepted-turns.js';
import { SqliteCatalogue } from './sqlite-catalogue.js';
import { SqliteControlStore } from './sqlite-control-store.js';
import { SqliteErasureJournal } from './sqlite-erasure-journal.js';
import { type EventLogOptions, SqliteEventLog } from './sqlite-event-log.js';
import { SqliteIssuerStore } from './sqlite-issuer-store.js';
import { LOG_MIGRATIONS, SqliteLogTables } from './sqlite-log-tables.js';
import { SqliteOrganisationStore } from './sqlite-organisation-store.js';
import { SqliteSessionStore } from './sqlite-session-store.js';
import { SqliteShadowStores } from './sqlite-shadow-stores.js';
import { SqliteSubjectRegistry } from './sqlite-subject-registry.js';
import { SqliteTopicAudit } from './sqlite-topic-audit.js';
import { SqliteUsageStore } from './sqlite-usage-store.js';
import { SqliteVectorIndex, type SqliteVectorIndexOptions } from './sqlite-vector-index.js';
import { storeMigrations } from './store-schema.js';

export interface SqliteOptions {
  /** Partitions of every topic; fixed once the log is made. */
  readonly partitionCount?: number;
  readonly log?: Partial<EventLogOptions>;
  readonly acceptedTurns?: Partial<AcceptedTurnsOptions>;
  readonly vectorIndex?: SqliteVectorIndexOptions;
  /** The machine's clock unless it is given. */
  readonly clock?: Clock;
  /** Hears of last turns that could not be kept. */
  readonly sessionWriteFailed?: (error: unknown, turns: number) => void;
}

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
  readonly catalogue: SqliteCatalogue;
  readonly vectorIndex: SqliteVectorIndex;
  readonly sessionStore: SqliteSessionStore;
  readonly shadowStores: ShadowStores;
  /** Stops the consumers, writes what is waiting, closes the files and frees the directory. */
  close(): Promise<void>;
}

const PARTITION_COUNT = 4;

interface Place {
  /** A path, or `:memory:`. */
  readonly directory: string;
  readonly logFile: string;
  readonly storeFile: string;
  readonly keysFile: string;
  readonly keys: VaultKeys;
  close(): void;
}

/**
 * Opens a data directory, which is made when it is not there, or `:memory:`, which is gone when it is closed.
 * @throws what `openDataDirectory` and `openDatabase` throw; InvalidInput for another number of partitions.
 */
export function openSqlite(where: string, options: SqliteOptions = {}): Sqlite {
  const place = where === ':memory:' ? memoryPlace() : directoryPlace(where);
  const opened: Database[] = [];
  const open: Opening['open'] = (file, migrations, synchronous = 'full') => {
    const db = openDatabase(file, { migrations, synchronous });
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
  readonly open: (file: string, migrations: readonly string[], synchronous?: 'full' | 'normal') => Database;
  readonly closeAll: () => void;
}

function portsOn({ place, open, closeAll }: Opening, options: SqliteOptions): Sqlite {
  const clock = options.clock ?? { nowMs: () => Date.now() };
  const keysDb = open(place.keysFile, KEYS_MIGRATIONS);
  const tables = new SqliteLogTables(open(place.logFile, LOG_MIGRATIONS), options.partitionCount ?? PARTITION_COUNT);
  const acceptedTurns = new SqliteAcceptedTurns(keysDb, options.acceptedTurns);
  const subjectRegistry = new SqliteSubjectRegistry(keysDb);
  const storeDb = open(place.storeFile, storeMigrations);
  // Tier 1 does not wait for the disk, and must not make the projections on the same file wait less.
  const sessionStore = new SqliteSessionStore(open(place.storeFile, storeMigrations, 'normal'), {
    clock,
    ...(options.sessionWriteFailed === undefined ? {} : { writeFailed: options.sessionWriteFailed }),
  });
  const shadowStores = new SqliteShadowStores(place.directory, options.vectorIndex);
  // The last one, for it starts to keep house at once and nothing may fail after that.
  const log = new SqliteEventLog(tables, { clock, ...options.log });
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
    catalogue: new SqliteCatalogue(storeDb),
    vectorIndex: new SqliteVectorIndex(storeDb, options.vectorIndex),
    sessionStore,
    shadowStores,
    close: async () => {
      await log.close();
      acceptedTurns.close();
      subjectRegistry.close();
      sessionStore.flush();
      closeAll();
    },
  };
}

function directoryPlace(path: string): Place {
  const directory = openDataDirectory(path);
  const { logFile, storeFile, keysFile, rootKey, commitmentKey } = directory;
  return {
    directory: directory.path,
    logFile,
    storeFile,
    keysFile,
    keys: { rootKey, commitmentKey },
    close: () => directory.close(),
  };
}

function memoryPlace(): Place {
  const file = ':memory:';
  const keys = { rootKey: randomKey(), commitmentKey: randomKey() };
  return { directory: file, logFile: file, storeFile: file, keysFile: file, keys, close: () => undefined };
}
