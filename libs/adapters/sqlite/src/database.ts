import { closeSync, existsSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { Corrupt, LimitExceeded, Unavailable } from '@mneme/domain';
import type { TicketLock } from './ticket-lock.js';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';

/**
 * A connection. In its statements a bound limit stands as `LIMIT ? + 0`: by itself it makes the engine compile the statement
 * again at every run, which can take ten times as long as the run.
 */
export type Database = DatabaseSyncInstance;
export type Statement = StatementSyncInstance;

export interface DatabaseOptions {
  /** SQL of each version of the schema, in order; only ever added to. `PRAGMA user_version` counts the applied ones. */
  readonly migrations: readonly string[];
  /** `full` (default): a commit is on the disk when it returns. `normal`: the last ones may be lost with the power. */
  readonly synchronous?: 'full' | 'normal';
  /** Page cache, bytes. */
  readonly cacheBytes?: number;
  /** Pages in the write-ahead log after which a commit also moves them into the file. */
  readonly checkpointPages?: number;
  /** Held by each transaction, where another thread writes the same file. */
  readonly lock?: TicketLock;
}

const CACHE_BYTES = 16 * 1024 * 1024;
const WAL_BYTES_KEPT = 16 * 1024 * 1024;
// Pages that are written again and again reach the file once: a quarter of the engine's own bound costs an eighth of the
// rate at which turns are accepted.
const CHECKPOINT_PAGES = 4_000;
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens a file, or `:memory:`, and brings its schema up to date.
 * @throws Corrupt `newer-version` when a later release wrote the file, which is then left as it is; Corrupt when it is no
 * database; Unavailable when it cannot be opened.
 */
export function openDatabase(file: string, options: DatabaseOptions): Database {
  return guard(() => {
    makePrivate(file);
    const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      refuseNewer(db, file, options.migrations.length);
      configure(db, options);
      migrate(db, options.migrations);
      if (options.lock !== undefined) locks.set(db, options.lock);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Runs `work` in one transaction: all of it is kept or, when it throws, none. `work` must not await. */
export function inTransaction<T>(db: Database, work: () => T): T {
  const lock = locks.get(db);
  return lock === undefined ? transact(db, work) : lock.hold(() => transact(db, work));
}

const locks = new WeakMap<Database, TicketLock>();

function transact<T>(db: Database, work: () => T): T {
  return guard(() => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Runs `work` at once and turns the engine's errors into ours. */
export function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw mapSqliteError(error);
  }
}

/**
 * Moves everything from the write-ahead log into the file and empties the log, so that no overwritten page is left in it.
 * @throws Unavailable when a reader is in the way.
 */
export function truncateWal(db: Database): void {
  const answer = guard(() => db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy: number });
  if (answer.busy !== 0) throw new Unavailable('the write-ahead log is being read and could not be emptied');
}

/** Primary result codes of the engine. */
const CODE = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  tooBig: 18,
  notADatabase: 26,
} as const;

/** What the engine reports, as an error of ours; what is no fault of the disk or the file (a bug) stays as it is. */
export function mapSqliteError(error: unknown): unknown {
  const detail = { cause: error };
  switch (primaryCodeOf(error)) {
    case CODE.full:
      return new Unavailable('there is no room left to write', detail, 'storage-full');
    case CODE.busy:
    case CODE.locked:
      return new Unavailable('the database is in use by another process', detail);
    case CODE.noMemory:
    case CODE.readOnly:
    case CODE.io:
    case CODE.cantOpen:
      return new Unavailable('the database cannot be read or written', detail);
    case CODE.corrupt:
    case CODE.notADatabase:
      return new Corrupt('the database file is damaged', detail);
    case CODE.tooBig:
      return new LimitExceeded('a value is too big for the database', detail);
    default:
      return isOutOfRange(error) ? new Corrupt('a number in the database is too large to be read', detail) : error;
  }
}

// The binding has no code of its own for it.
function isOutOfRange(error: unknown): boolean {
  return (
    error instanceof Error && error.message.startsWith('Value is too large to be represented as a JavaScript number')
  );
}

/** Whether another process or connection holds what was asked for. */
export function isBusy(error: unknown): boolean {
  return primaryCodeOf(error) === CODE.busy;
}

function primaryCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  if (!('syscall' in error && 'code' in error)) return undefined;
  return error.code === 'ENOSPC' ? CODE.full : CODE.cantOpen;
}

/** A file that is not there yet is made for its owner alone; the engine gives its write-ahead log the same mode. */
export function makePrivate(file: string): void {
  // Never one that is there: to close it would free the locks that another connection of this process has on it.
  if (file === ':memory:' || existsSync(file)) return;
  closeSync(openSync(file, 'a', 0o600));
}

function configure(db: Database, options: DatabaseOptions): void {
  const pragmas = [
    'journal_mode = WAL',
    `synchronous = ${options.synchronous ?? 'full'}`,
    'secure_delete = ON',
    'foreign_keys = ON',
    `wal_autocheckpoint = ${options.checkpointPages ?? CHECKPOINT_PAGES}`,
    `cache_size = -${Math.ceil((options.cacheBytes ?? CACHE_BYTES) / 1024)}`,
    `journal_size_limit = ${WAL_BYTES_KEPT}`,
    // Without it macOS lets a write rest in the drive's own cache.
    ...(process.platform === 'darwin' ? ['fullfsync = ON', 'checkpoint_fullfsync = ON'] : []),
  ];
  for (const pragma of pragmas) db.prepare(`PRAGMA ${pragma}`).get();
}

function refuseNewer(db: Database, file: string, known: number): void {
  const version = versionOf(db);
  if (version <= known) return;
  const name = basename(file);
  throw new Corrupt(
    `${name} was written by a newer release: its schema is version ${version}, this one knows ${known}; ` +
      'run the newer release, or restore a backup made before the upgrade',
    { limit: `schemaVersion=${known}`, sent: String(version) },
    'newer-version',
  );
}

function migrate(db: Database, migrations: readonly string[]): void {
  for (let version = versionOf(db); version < migrations.length; version++) {
    inTransaction(db, () => {
      db.exec(migrations[version] as string);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

function versionOf(db: Database): number {
  return (db.prepare('PRAGMA user_version').get() as { readonly user_version: number }).user_version;
}
