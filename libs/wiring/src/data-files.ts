import type { FileCheck } from '@mneme/sqlite';

// What concerns a data directory and is no engine's opening; SQLite is loaded only where there is one.

/** Memory that two threads on one data directory share; see `SharedOpening`. */
export async function sharedMemory(): Promise<SharedArrayBuffer> {
  return (await import('@mneme/sqlite')).sharedMemory();
}

/** @throws Unavailable when another process holds the data directory. */
export async function refuseUsedDirectory(path: string): Promise<void> {
  (await import('@mneme/sqlite')).refuseUsedDirectory(path);
}

/** Whether the files of a data directory that nobody holds are whole. */
export async function checkFiles(path: string): Promise<readonly FileCheck[]> {
  return (await import('@mneme/sqlite')).checkFiles(path);
}
