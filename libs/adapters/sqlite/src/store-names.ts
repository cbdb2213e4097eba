import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Corrupt } from '@mneme/domain';
import { guard } from './database.js';

/** Which file of a data directory holds the live projections, and which held them before. */
export interface StoreNames {
  readonly current: string;
  readonly previous?: PreviousStoreName;
}

export interface PreviousStoreName {
  readonly file: string;
  /** What it has of `memories`, by partition. */
  readonly positions: readonly number[];
  readonly liveUntilMs: number;
}

const FIRST: StoreNames = { current: 'store.db' };
const NAMES_FILE = 'stores.json';
const STORE_FILE = /^store(-\d+)?\.db$/;
/** A database and what the engine keeps beside it. */
export const COMPANIONS = ['', '-wal', '-shm', '-journal'];

/** @throws Corrupt when the file that names them is not what it should be. */
export function readStoreNames(directory: string): StoreNames {
  const file = join(directory, NAMES_FILE);
  if (!existsSync(file)) return FIRST;
  const names = namesOf(guard(() => readFileSync(file, 'utf8')));
  if (names === undefined) throw new Corrupt(`${NAMES_FILE} is damaged: it names no file that holds the stores`);
  const { current, previous } = names;
  if (existsSync(join(directory, current))) {
    // A previous one that somebody has removed is no reason not to start.
    return previous !== undefined && existsSync(join(directory, previous.file)) ? names : { current };
  }
  throw new Corrupt(`${names.current}, which ${NAMES_FILE} names, is not there`);
}

/** The switch: from its rename on, and not before, the next start opens what it names. */
export function writeStoreNames(directory: string, names: StoreNames): void {
  guard(() => {
    const file = join(directory, NAMES_FILE);
    const written = openSync(`${file}.new`, 'w', 0o600);
    try {
      writeSync(written, `${JSON.stringify(names)}\n`);
      fsyncSync(written);
    } finally {
      closeSync(written);
    }
    renameSync(`${file}.new`, file);
    // The rename is on the disk when its directory is.
    const parent = openSync(directory, 'r');
    try {
      fsyncSync(parent);
    } finally {
      closeSync(parent);
    }
  });
}

/** A name that no file of the directory has. */
export function nextStoreName(directory: string): string {
  for (let number = 2; ; number += 1) {
    const name = `store-${number}.db`;
    if (!existsSync(join(directory, name))) return name;
  }
}

/** Removes what a process that ended halfway has left: files that are neither. */
export function removeOtherStores(directory: string, { current, previous }: StoreNames): void {
  for (const name of guard(() => readdirSync(directory))) {
    if (STORE_FILE.test(name) && name !== current && name !== previous?.file) removeStore(directory, name);
  }
}

export function removeStore(directory: string, name: string): void {
  guard(() => {
    for (const suffix of COMPANIONS) rmSync(join(directory, `${name}${suffix}`), { force: true });
  });
}

function namesOf(text: string): StoreNames | undefined {
  try {
    const names = JSON.parse(text) as StoreNames;
    const { previous } = names;
    const isPrevious = previous === undefined || (STORE_FILE.test(previous.file) && Array.isArray(previous.positions));
    return STORE_FILE.test(names.current) && isPrevious ? names : undefined;
  } catch {
    return undefined;
  }
}
