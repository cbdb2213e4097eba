import { labelSpaceOf } from './label-space.js';
import { Neo4jDatabase } from './neo4j-database.js';
import { Neo4jFactGraph } from './neo4j-fact-graph.js';
import { neo4jAddress, neo4jLimits, type Neo4jOptions } from './neo4j-options.js';
import { checkSchema, prepareSchema } from './schema.js';

/** The fact graph on one server, in one label space. */
export interface Neo4j {
  readonly factGraph: Neo4jFactGraph;
  /** @throws Unavailable with one clear line when the server does not serve, or before it has answered at `signal`. */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to the server, prepares the label space and checks that this release may use it.
 * @throws InvalidInput for options that are none, Unavailable, Corrupt `newer-version`.
 */
export async function openNeo4j(options: Neo4jOptions): Promise<Neo4j> {
  const limits = neo4jLimits(options);
  const space = labelSpaceOf(options.labelSpace);
  const database = new Neo4jDatabase(neo4jAddress(options), limits);
  try {
    await prepareSchema(database, space, limits.indexTimeoutMs);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    factGraph: new Neo4jFactGraph(database, space),
    check: (signal) => database.within(signal, checkSchema(database, space)),
    close: () => database.close(),
  };
}
