import type { Audience, EntityId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';
import { GRAPH_LIMITS, type GraphView } from '@mneme/ports';
import type { Neo4jDatabase } from './neo4j-database.js';
import type { ReadStatements } from './read-statements.js';
import { viewValues } from './view-values.js';

interface Named {
  readonly name: EntityId;
  readonly audience: Audience;
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
    let asked = known.map(({ name, audience }) => ({ name, audience, after: '' }));
    // Each round finds one entity more of each name; most names have one.
    for (let round = 0; round < GRAPH_LIMITS.entitiesMax && asked.length > 0; round += 1) {
      const rows = await this.database.rows<Named & { entity: EntityId }>(this.statements.aliased, {
        ...values,
        names: asked,
      });
      for (const { entity } of rows) found.add(entity);
      asked = rows.map(({ name, audience, entity }) => ({ name, audience, after: entity }));
    }
    return [...found].sort().slice(0, GRAPH_LIMITS.entitiesMax);
  }
}
