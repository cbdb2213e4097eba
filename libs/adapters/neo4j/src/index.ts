/** The fact graph on Neo4j. */
export {};
