/** The vector index on Qdrant. */
export {};
