import { DEFAULT_LIMITS } from '@mneme/domain';
import { MemoryOpener, ReadGraph, ReadMemories, WaitFor } from '@mneme/retrieval-service';
import type { ErasureWorld } from './erasure-world.js';

/** The reads of the graph on a world's stores, as the service builds them. */
export function graphReadsOf({ engines, guard, metrics }: ErasureWorld): ReadGraph {
  const { stores, keyring, clock } = engines;
  const { catalogue, factGraph, sessionStore } = stores;
  const opener = new MemoryOpener(keyring, metrics);
  const waitFor = new WaitFor(catalogue, DEFAULT_LIMITS);
  const shared = { guard, keyring, catalogue, clock, opener, waitFor };
  const memories = new ReadMemories({ ...shared, sessionStore }, DEFAULT_LIMITS);
  return new ReadGraph({ ...shared, factGraph, metrics, memories }, DEFAULT_LIMITS);
}
