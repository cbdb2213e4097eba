/** Memories into vectors and blind terms; hosts the projection into the catalogue, a consumer group of its own. */
export * from './count-accesses.js';
export * from './embed-memories.js';
export * from './embedder.config.js';
export * from './embedder.module.js';
export * from './project-catalogue.js';
