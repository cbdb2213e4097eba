import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Corrupt, Forbidden, KEY_BYTES, randomKey, Unavailable } from '@mneme/domain';

const PRIVATE_MODE = 0o600;

/** Makes a file of 32 random bytes, readable by its owner alone: whole and durable, or not there at all. */
export function makeKeyFile(file: string): Uint8Array {
  const key = randomKey();
  const draft = `${file}.new`;
  try {
    const descriptor = openSync(draft, 'w', PRIVATE_MODE);
    try {
      writeSync(descriptor, key);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
    syncDirectory(dirname(file));
  } catch (cause) {
    throw new Unavailable(`${basename(file)} cannot be written`, { cause });
  }
  return key;
}

/**
 * Reads a key file that must be there.
 * @throws Corrupt when it is missing or not 32 bytes; Forbidden when others may read it.
 */
export function findKeyFile(file: string): Uint8Array {
  const name = basename(file);
  const mode = modeOf(file);
  if (mode === undefined) {
    throw new Corrupt(
      `${name} is missing, and the data was written under it: put it back from where it is kept; a new one would open nothing`,
    );
  }
  if (process.platform !== 'win32' && (mode & ~PRIVATE_MODE) !== 0) {
    throw new Forbidden(`${name} may be used by others (mode 0${mode.toString(8)}): run chmod 600 on it`, {
      limit: 'mode=0600',
      sent: `0${mode.toString(8)}`,
    });
  }
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES) {
    throw new Corrupt(`${name} is damaged: it has ${key.length} bytes, a key has ${KEY_BYTES}`);
  }
  return key;
}

function modeOf(file: string): number | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stats.mode & 0o777;
}

// The name of a new file is durable only once its directory is; Windows cannot sync one.
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
