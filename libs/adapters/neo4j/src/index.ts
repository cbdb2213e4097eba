/** The fact graph on Neo4j. */
export * from './drop-label-space.js';
export * from './neo4j-fact-graph.js';
export * from './neo4j-options.js';
export * from './open-neo4j.js';
