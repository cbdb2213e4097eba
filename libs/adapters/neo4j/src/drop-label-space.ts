import { labelSpaceOf } from './label-space.js';
import { Neo4jDatabase } from './neo4j-database.js';
import { neo4jAddress, neo4jLimits, type Neo4jOptions } from './neo4j-options.js';

/** What one transaction takes away. */
const SLICE = 5_000;

/**
 * Removes all that one label space holds, its indexes too, in slices; idempotent. For a tenant that had one of its own,
 * and for a rebuilt graph that is not wanted.
 */
export async function dropLabelSpace(options: Neo4jOptions): Promise<void> {
  const { name, entity, value, schema, fact, alias } = labelSpaceOf(options.labelSpace);
  const database = new Neo4jDatabase(neo4jAddress(options), neo4jLimits(options));
  const empty = async (pattern: string) => {
    for (let taken = SLICE; taken === SLICE;) {
      const text = `MATCH ${pattern} WITH one LIMIT ${SLICE} DELETE one RETURN count(one) AS taken`;
      taken = await database.transaction(
        async (queries) => (await queries.rows<{ taken: number }>(text))[0]?.taken ?? 0,
      );
    }
  };
  try {
    for (const type of [fact, alias]) await empty(`()-[one:${type}]->()`);
    for (const label of [entity, value, schema]) await empty(`(one:${label})`);
    const shown = (what: string, more: string) =>
      `SHOW ${what} YIELD name${more} WHERE name STARTS WITH $p.prefix ${more === '' ? '' : 'AND owningConstraint IS NULL'} RETURN name`;
    const prefix = { prefix: `${name}_` };
    for (const row of await database.rows<{ name: string }>(shown('CONSTRAINTS', ''), prefix)) {
      await database.run(`DROP CONSTRAINT ${row.name} IF EXISTS`);
    }
    for (const row of await database.rows<{ name: string }>(shown('INDEXES', ', owningConstraint'), prefix)) {
      await database.run(`DROP INDEX ${row.name} IF EXISTS`);
    }
  } finally {
    await database.close();
  }
}
