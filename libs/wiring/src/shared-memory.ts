/** Memory that two threads on one data directory share; see `SharedOpening`. */
export async function sharedMemory(): Promise<SharedArrayBuffer> {
  return (await import('@mneme/sqlite')).sharedMemory();
}
