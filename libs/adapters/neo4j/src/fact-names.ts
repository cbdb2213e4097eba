import type { Audience, EntityId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import { GRAPH_LIMITS, type GraphView } from '@mneme/ports';
import type { Neo4jDatabase } from './neo4j-database.js';
import type { ReadStatements } from './read-statements.js';
import { viewValues } from './view-values.js';

interface Named {
  readonly name: EntityId;
  readonly audience: Audience;
  /** Ascending; as many as one look gives, or fewer when there are no more. */
  readonly entities: readonly EntityId[];
}

/** Finds the entities that names stand for. */
export class FactNames {
  constructor(
    private readonly database: Neo4jDatabase,
    private readonly statements: ReadStatements,
  ) {}

  async resolve(scope: ReadScope, names: readonly EntityId[], view: GraphView): Promise<readonly EntityId[]> {
    const values = viewValues(scope, view);
    const known = await this.database.rows<Named & { isSeen: boolean }>(this.statements.named, { ...values, names });
    const found = new Set(known.filter(({ isSeen }) => isSeen).map(({ name }) => name));
    let rows: readonly Named[] = known.filter(({ entities }) => entities.length === FIRST_ENTITIES);
    for (const { entities } of known) entities.forEach((entity) => found.add(entity));
    // Each round finds one entity more of each name; most names have one or none.
    for (let round = 0; round < GRAPH_LIMITS.entitiesMax && rows.length > 0; round += 1) {
      const asked = rows.map(({ name, audience, entities }) => ({ name, audience, after: entities.at(-1) }));
      rows = await this.database.rows<Named>(this.statements.aliased, { ...values, names: asked });
      for (const { entities } of rows) entities.forEach((entity) => found.add(entity));
    }
    return [...found].sort().slice(0, GRAPH_LIMITS.entitiesMax);
  }
}

const FIRST_ENTITIES = 2;
