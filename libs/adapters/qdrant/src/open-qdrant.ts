import { Unavailable } from '@mneme/domain';
import type { AuditableStore, ErasableStore, VectorIndex, VectorSurvey } from '@mneme/ports';
import { ModelCollections } from './model-collections.js';
import { QdrantConnection } from './qdrant-connection.js';
import { DEFAULT_QDRANT_LIMITS, type QdrantLimits } from './qdrant-limits.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';
import { QdrantVectorSurvey } from './qdrant-vector-survey.js';

export interface QdrantOptions {
  /** `http://host:port`, or `https`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Collections are `<prefix>.<model>…`. A tenant with stores of its own has a prefix of its own. */
  readonly collectionPrefix: string;
  readonly limits?: Partial<QdrantLimits>;
}

export interface Qdrant {
  readonly vectorIndex: VectorIndex & ErasableStore & AuditableStore;
  readonly vectorSurvey: VectorSurvey;
  /** Embedding models of which there are, or were, vectors. */
  vectorModels(signal: AbortSignal): Promise<readonly string[]>;
  /** For readiness. @throws Unavailable, Timeout with one clear line. */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The first with conditions on what an upsert may replace. */
const OLDEST_SERVER = [1, 16] as const;

/**
 * Connects, and completes the collections below the prefix; one of a model that is new is made by the first write.
 * @throws Unavailable, Timeout; Corrupt `newer-version`; InvalidInput for a prefix that cannot be used.
 */
export async function openQdrant(options: QdrantOptions): Promise<Qdrant> {
  const { connection, collections, limits } = partsOf(options);
  try {
    await requireServer(connection);
    await collections.prepare();
  } catch (error) {
    connection.close();
    throw error;
  }
  const parts = { connection, collections, limits };
  return {
    vectorIndex: new QdrantVectorIndex(parts),
    vectorSurvey: new QdrantVectorSurvey(parts),
    vectorModels: async (signal) => (await collections.list(signal)).map(({ model }) => model).sort(),
    check: async (signal) => {
      await requireServer(connection, signal);
      await collections.list(signal);
    },
    close: async () => connection.close(),
  };
}

/** Removes all collections below the prefix: the stores of a tenant that is gone, or of a rebuild that is given up. */
export async function dropQdrantCollections(options: QdrantOptions): Promise<void> {
  const { connection, collections } = partsOf(options);
  try {
    await collections.drop();
  } finally {
    connection.close();
  }
}

function partsOf({ url, apiKey, collectionPrefix, limits: given }: QdrantOptions) {
  const limits = { ...DEFAULT_QDRANT_LIMITS, ...given };
  const { timeoutMs, connectionsMax } = limits;
  const key = apiKey === undefined ? {} : { apiKey };
  const connection = new QdrantConnection({ url, ...key, timeoutMs, connectionsMax });
  return { connection, collections: new ModelCollections(connection, collectionPrefix, limits), limits };
}

async function requireServer(connection: QdrantConnection, signal?: AbortSignal): Promise<void> {
  const { version } = await connection.ask(
    // The one answer that is no envelope.
    async (api, init) => ({ data: { result: (await api.root({}, init)).data as { readonly version?: string } } }),
    { ...(signal === undefined ? {} : { signal }) },
  );
  const [major = 0, minor = 0] = String(version).split('.').map(Number);
  if (major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1])) return;
  const detail = { limit: `version>=${OLDEST_SERVER.join('.')}`, sent: String(version) };
  throw new Unavailable(`what answers at ${connection.address} is no Qdrant that is new enough`, detail);
}
