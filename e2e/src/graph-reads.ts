import { DEFAULT_LIMITS } from '@mneme/domain';
import {
  DEFAULT_RETRIEVAL_CONFIG,
  MemoryOpener,
  ReadGraph,
  Recall,
  ReadMemories,
  WaitFor,
} from '@mneme/retrieval-service';
import type { ErasureWorld } from './erasure-world.js';

/** The reads on a world's stores, as the service builds them. */
export function readsOf({ engines, guard, metrics }: ErasureWorld) {
  const { stores, keyring, clock, embedder } = engines;
  const { catalogue, factGraph, sessionStore, vectorIndex } = stores;
  const opener = new MemoryOpener(keyring, metrics);
  const waitFor = new WaitFor(catalogue, DEFAULT_LIMITS);
  const shared = { guard, keyring, catalogue, clock, opener, waitFor };
  const memories = new ReadMemories({ ...shared, sessionStore }, DEFAULT_LIMITS);
  return {
    memories,
    graph: new ReadGraph({ ...shared, factGraph, metrics, memories }, DEFAULT_LIMITS),
    recall: new Recall({ ...shared, vectorIndex, factGraph, embedder, metrics }, DEFAULT_RETRIEVAL_CONFIG),
    waitFor,
  };
}
