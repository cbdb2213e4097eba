/** An engine of the distributed profile. */
export type EngineName = 'kafka' | 'postgres' | 'qdrant' | 'neo4j' | 'redis';

/** What else a process may be given. */
export type Extra = 'commitment-key' | 'embedder' | 'language-model' | 'webhooks';

export interface ServiceEngines {
  /** Without one of these the service is not ready. */
  readonly needs: readonly EngineName[];
  /** Without one of these it goes on with less, stays ready, and says so. */
  readonly uses: readonly EngineName[];
  readonly also: readonly Extra[];
}

/**
 * Which service opens what: a process of the distributed profile reads the settings of these engines, connects to these and
 * to no other. Its network policy and its credentials are to allow as much and no more.
 */
export const ENGINES_OF = {
  ingest: { needs: ['kafka', 'postgres'], uses: ['redis'], also: [] },
  'write-filter': { needs: ['kafka', 'postgres'], uses: [], also: ['language-model'] },
  embedder: { needs: ['kafka', 'postgres', 'qdrant'], uses: [], also: ['embedder'] },
  'graph-extractor': { needs: ['kafka', 'postgres', 'neo4j'], uses: [], also: ['language-model'] },
  retrieval: { needs: ['kafka', 'postgres'], uses: ['qdrant', 'neo4j', 'redis'], also: ['embedder'] },
  erasure: {
    needs: ['kafka', 'postgres'],
    uses: ['qdrant', 'neo4j', 'redis'],
    also: ['commitment-key', 'embedder'],
  },
  maintenance: {
    needs: ['kafka', 'postgres'],
    uses: ['qdrant', 'neo4j', 'redis'],
    also: ['embedder', 'webhooks'],
  },
  // All of them in one process.
  standalone: {
    needs: ['kafka', 'postgres'],
    uses: ['qdrant', 'neo4j', 'redis'],
    also: ['commitment-key', 'embedder', 'language-model', 'webhooks'],
  },
} as const satisfies Readonly<Record<string, ServiceEngines>>;

export type ServiceName = keyof typeof ENGINES_OF;

/** The engines that a service opens, whether it can do without or not. */
export function enginesOf(service: ServiceName): readonly EngineName[] {
  const { needs, uses } = ENGINES_OF[service];
  return [...needs, ...uses];
}
