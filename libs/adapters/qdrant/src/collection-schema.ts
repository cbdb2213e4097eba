import type { QdrantLimits } from './qdrant-limits.js';

/** Raised when what a point holds changes; a collection of a higher one is refused. */
export const SCHEMA_VERSION = 1;

export const DENSE = 'dense';
export const LEXICAL = 'lexical';

const BYTES_PER_NUMBER = 4;
const BYTES_PER_KIB = 1_024;
const GRAPH_LINKS = 16;
const GRAPH_CARE = 128;
// Of one field, in one filter of ours.
const CONDITIONS_MAX = 2_048;
const VALUES_MAX = 66_000;
const CHUNKS_MAX = 1_024;

/** How a collection of one model is made. Its own vectors and terms only: whose they are is for the filter to say. */
export function collectionSchemaOf(model: string, dimensions: number, limits: QdrantLimits) {
  const scannedKib = Math.ceil((limits.scannedPointsMax * dimensions * BYTES_PER_NUMBER) / BYTES_PER_KIB);
  return {
    metadata: { schemaVersion: SCHEMA_VERSION, model },
    vectors: {
      // One point a memory, with the vectors of its chunks, which scores by its best one. Vectors come with a length of
      // 1, so that their product is the cosine, and are kept to the last bit.
      [DENSE]: {
        size: dimensions,
        distance: 'Dot' as const,
        multivector_config: { comparator: 'max_sim' as const },
      },
    },
    sparse_vectors: { [LEXICAL]: { index: {} } },
    // No graph over all tenants: one within each tenant that is worth it.
    hnsw_config: { m: 0, payload_m: GRAPH_LINKS, ef_construct: GRAPH_CARE, full_scan_threshold: scannedKib },
    strict_mode_config: {
      enabled: true,
      unindexed_filtering_retrieve: false,
      unindexed_filtering_update: false,
      max_query_limit: VALUES_MAX,
      filter_max_conditions: CONDITIONS_MAX,
      condition_max_size: VALUES_MAX,
      multivector_config: { [DENSE]: { max_vectors: CHUNKS_MAX } },
    },
  };
}

const KEYWORD = { type: 'keyword', enable_hnsw: false } as const;
const NUMBER = { type: 'float', enable_hnsw: false } as const;
const RANGE = { type: 'integer', lookup: false, range: true, enable_hnsw: false } as const;
const LOOKUP = { type: 'integer', lookup: true, range: false, enable_hnsw: false } as const;

/** Fields that are filtered by; only the tenant's has a graph. */
export const PAYLOAD_INDEXES = {
  tenantId: { type: 'keyword', is_tenant: true },
  place: KEYWORD,
  departmentId: KEYWORD,
  subjectId: KEYWORD,
  sourceId: KEYWORD,
  sessionKey: KEYWORD,
  agentId: KEYWORD,
  teamId: KEYWORD,
  kind: KEYWORD,
  flags: KEYWORD,
  memoryId: { type: 'uuid', enable_hnsw: false },
  trust: NUMBER,
  confidence: NUMBER,
  occurredAtMs: RANGE,
  expiresAtMs: RANGE,
  version: RANGE,
  epoch: RANGE,
  length: LOOKUP,
  terms: LOOKUP,
} as const;
