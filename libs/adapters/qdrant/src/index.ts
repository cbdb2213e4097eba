/** The vector index on Qdrant: one point a memory, one collection a model; words are scored here. */
export * from './open-qdrant.js';
export { DEFAULT_QDRANT_LIMITS, type QdrantLimits } from './qdrant-limits.js';
