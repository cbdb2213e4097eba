/** The vector index on Qdrant. */
export * from './open-qdrant.js';
export { DEFAULT_QDRANT_LIMITS, type QdrantLimits } from './qdrant-limits.js';
