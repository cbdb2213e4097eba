import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Unavailable } from '@mneme/domain';
import { DatabaseSync } from '@photostructure/sqlite';
import { type Database, guard, isBusy, makePrivate, mapSqliteError } from './database.js';
import { findKeyFile, makeKeyFile } from '@mneme/file-key-vault';

/** One data directory, held by this process alone until it is closed. */
export interface DataDirectory {
  readonly path: string;
  readonly logFile: string;
  readonly sessionFile: string;
  readonly keysFile: string;
  /** 32 bytes that wrap every tenant's keys. */
  readonly rootKey: Uint8Array;
  /**
   * 32 bytes under which `erasures` names its subjects. `commitment.key` is to be kept outside of the backup set: a
   * backup that lacks it cannot be searched for who was erased.
   */
  readonly commitmentKey: Uint8Array;
  /** Frees the directory for the next process; the end of the process does so too, also by a kill. */
  close(): void;
}

/**
 * Takes the directory, which is made (mode 0700) with fresh keys when it is not there.
 * @throws Unavailable when another process holds it or it cannot be written; Forbidden when a key file may be read by
 * others; Corrupt when a key file is damaged, or is missing though there are keys under it.
 */
export function openDataDirectory(path: string): DataDirectory {
  const directory = resolve(path);
  const lock = lockDirectory(directory);
  try {
    const isNew = !existsSync(join(directory, 'keys.db'));
    return placesIn(directory, isNew, () => lock.close());
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Looks whether another process holds the directory, and makes nothing. Not for one that holds it itself: a file that is
 * closed frees its lock. @throws Unavailable.
 */
export function refuseUsedDirectory(path: string): void {
  const directory = resolve(path);
  if (existsSync(join(directory, 'lock.db'))) lockDirectory(directory).close();
}

/** For a second thread of the process that holds the directory; there is nothing to free. */
export function joinDataDirectory(path: string): DataDirectory {
  return placesIn(resolve(path), false, () => undefined);
}

function placesIn(directory: string, isNew: boolean, close: () => void): DataDirectory {
  return {
    path: directory,
    logFile: join(directory, 'log.db'),
    sessionFile: join(directory, 'session.db'),
    keysFile: join(directory, 'keys.db'),
    rootKey: keyOf(directory, 'root.key', isNew),
    commitmentKey: keyOf(directory, 'commitment.key', isNew),
    close,
  };
}

// A key is made only while nothing stands under it: another key would open nothing of what is there.
function keyOf(directory: string, name: string, isNew: boolean): Uint8Array {
  const file = join(directory, name);
  return isNew && !existsSync(file) ? makeKeyFile(file) : findKeyFile(file);
}

function lockDirectory(directory: string): Database {
  makeDirectory(directory);
  // No timeout: whoever holds the lock does so for its life. The lock is the operating system's, so a killed process
  // leaves none behind; nothing else may open and close lock.db in this process, for that would free it.
  const file = join(directory, 'lock.db');
  const lock = guard(() => {
    makePrivate(file);
    return new DatabaseSync(file, { timeout: 0 });
  });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw isBusy(error) ? inUse(directory, error) : mapSqliteError(error);
  }
}

function inUse(directory: string, cause: unknown): Unavailable {
  return new Unavailable(
    `this data directory is in use: ${directory}; stop the process that holds it, or give this one another directory`,
    { cause },
  );
}

function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
  } catch (cause) {
    throw new Unavailable(`the data directory cannot be made: ${directory}`, { cause });
  }
}
