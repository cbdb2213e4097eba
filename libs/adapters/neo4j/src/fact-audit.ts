import type { GraphFact, TenantRef } from '@mneme/domain';
import { type AliasProperties, aliasPropertiesOf, type FactProperties, factOf, sentKey } from './fact-properties.js';
import type { LabelSpace } from './label-space.js';
import type { Neo4jDatabase, Parameters } from './neo4j-database.js';
import { corrupt } from './neo4j-errors.js';

const PAGE_FACTS = 1_000;

interface Row {
  readonly fact: FactProperties;
  readonly from: string | null;
  readonly to: string | null;
  readonly tenants: readonly (string | null)[];
}

/**
 * Reads the facts of one tenant back, in pages, and proves what reads and erasures rely on beside them: the nodes that
 * each hangs on, the names that it gives, and that nothing else is there.
 */
export class FactAudit {
  private aliases = 0;

  constructor(
    private readonly database: Neo4jDatabase,
    private readonly space: LabelSpace,
    private readonly tenant: TenantRef,
  ) {}

  /** In the order of subject, id and version. @throws Corrupt. */
  async *records(): AsyncGenerator<GraphFact> {
    let after = { subjectId: '', memoryId: '', version: 0 };
    for (;;) {
      // The rest of a subject, then of the ones behind it: each of both follows the index from where it begins.
      const rest = await this.page('f.subjectId = $p.subjectId AND f.memoryId >= $p.memoryId', after);
      const more =
        rest.length === PAGE_FACTS
          ? []
          : await this.page('f.subjectId > $p.subjectId AND f.memoryId IS NOT NULL', after);
      const facts = [...rest, ...more].map((row) => hangingFact(row));
      await this.proveAliases(facts);
      yield* facts;
      const last = facts.at(-1);
      if (last === undefined) break;
      after = last;
    }
    await this.refuseMore();
  }

  private page(where: string, after: Parameters & { readonly version: number }): Promise<readonly Row[]> {
    const { fact } = this.space;
    const { subjectId, memoryId, version } = after;
    const text = `MATCH (s)-[f:${fact}]->(o) USING INDEX SEEK f:${fact}(tenantId, subjectId, memoryId, version)
      WHERE f.tenantId = $p.tenantId AND ${where} AND f.version IS NOT NULL
        AND [f.subjectId, f.memoryId, f.version] > [$p.subjectId, $p.memoryId, $p.version]
      RETURN properties(f) AS fact, s.entity AS from, coalesce(o.entity, o.value) AS to,
        [s.tenantId, o.tenantId] AS tenants
      ORDER BY f.tenantId, f.subjectId, f.memoryId, f.version LIMIT ${PAGE_FACTS}`;
    return this.database.rows<Row>(text, { ...this.tenant, subjectId, memoryId, version });
  }

  private async proveAliases(facts: readonly GraphFact[]): Promise<void> {
    const { alias } = this.space;
    const keys = facts.map(({ memoryId, version, tenantId }) => sentKey({ memoryId, version, tenantId }));
    const rows = await this.database.rows<{ given: AliasProperties; from: string; to: string }>(
      `UNWIND $p.keys AS key MATCH (a)-[r:${alias}]->(e) USING INDEX SEEK r:${alias}(memoryId, version, tenantId)
        WHERE r.memoryId = key.memoryId AND r.version = key.version AND r.tenantId = key.tenantId
        RETURN properties(r) AS given, a.entity AS from, e.entity AS to`,
      { keys },
    );
    const should = new Set(facts.flatMap(aliasPropertiesOf).map((given) => textOf(given)));
    this.aliases += rows.length;
    const isRight = ({ given, from, to }: (typeof rows)[number]) =>
      given.alias === from && given.entity === to && should.has(textOf(given));
    if (rows.length !== should.size || !rows.every(isRight)) throw corrupt('names are not those that its facts give');
  }

  private async refuseMore(): Promise<void> {
    const { alias, entity, value } = this.space;
    const [row] = await this.database.rows<{ count: number }>(
      `MATCH ()-[r:${alias}]->() USING INDEX SEEK r:${alias}(tenantId, audience, alias, entity)
        WHERE r.tenantId = $p.tenantId AND r.audience IS NOT NULL AND r.alias IS NOT NULL AND r.entity IS NOT NULL
        RETURN count(r) AS count`,
      { ...this.tenant },
    );
    if (row?.count !== this.aliases) throw corrupt('there are names that no fact gives');
    for (const [label, key] of [
      [entity, 'entity'],
      [value, 'value'],
    ] as const) {
      const lonely = await this.database.rows(
        `MATCH (n:${label}) USING INDEX SEEK n:${label}(tenantId, ${key})
          WHERE n.tenantId = $p.tenantId AND n.${key} IS NOT NULL AND NOT EXISTS { (n)--() } RETURN n.${key} LIMIT 1`,
        { ...this.tenant },
      );
      if (lonely.length > 0) throw corrupt('there are nodes that no fact names');
    }
  }
}

function hangingFact({ fact: properties, from, to, tenants }: Row): GraphFact {
  const fact = factOf(properties);
  const { subjectEntity, objectEntity, valueHash, tenantId } = fact;
  const isRight = from === subjectEntity && to === (objectEntity ?? valueHash ?? '');
  if (isRight && tenants.every((one) => one === tenantId)) return fact;
  throw corrupt('a fact hangs on nodes that it does not name');
}

function textOf({ memoryId, version, tenantId, audience, alias, entity }: AliasProperties): string {
  return [memoryId, version, tenantId, audience, alias, entity].join('/');
}
