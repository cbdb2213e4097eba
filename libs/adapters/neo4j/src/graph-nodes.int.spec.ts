import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityId, TenantId } from '@mneme/events';
import { type GraphFact, subjectRef, tenantRef } from '@mneme/domain';
import { aFact, anEntity, engineAddress, randomSubjectId, randomTenantId } from '@mneme/testing';
import { labelSpaceOf } from './label-space.js';
import { Neo4jDatabase } from './neo4j-database.js';
import type { Neo4jFactGraph } from './neo4j-fact-graph.js';
import { neo4jAddress, neo4jLimits } from './neo4j-options.js';
import { ScratchLabelSpace } from './scratch-label-space.js';

const space = new ScratchLabelSpace(engineAddress('neo4j'));
const { entity, value, fact: factType, alias: aliasType } = labelSpaceOf(space.options.labelSpace);
const database = new Neo4jDatabase(neo4jAddress(space.options), neo4jLimits({}));
let graph: Neo4jFactGraph;
let tenantId: TenantId;
beforeAll(async () => {
  graph = (await space.open()).factGraph;
}, 60_000);
afterAll(async () => {
  await database.close();
  await space.drop();
}, 60_000);

describe('nodes', () => {
  it('are there as long as a fact or a name needs them', async () => {
    const [ana, name, acme] = inNewTenant([anEntity(), anEntity(), anEntity()]);
    const [one, other] = [edge(ana, acme, { aliases: [{ entity: ana, alias: name }] }), edge(anEntity(), acme)];
    const valued = aFact({ memory: { tenantId }, predicate: 'account_is', valueHash: 'ab'.repeat(16) });
    await graph.upsert([one, other, valued]);
    expect(await nodes()).toBe(6);
    await graph.remove([one]);
    expect(await nodes()).toBe(4);
    await graph.upsert([{ ...other, objectEntity: ana }]);
    expect(await nodes()).toBe(4);
    await graph.remove([other, valued]);
    expect(await nodes()).toBe(0);
  });

  it('hold a hash and nothing else', async () => {
    inNewTenant([]);
    await graph.upsert([edge(anEntity(), anEntity()), aFact({ memory: { tenantId }, valueHash: 'cd'.repeat(16) })]);
    const rows = await database.rows<{ names: string[] }>(
      `MATCH (n:${entity}|${value}) WHERE n.tenantId = $p.tenantId RETURN DISTINCT keys(n) AS names`,
      { tenantId },
    );
    expect(rows.map(({ names }) => names.sort()).sort()).toEqual([
      ['entity', 'tenantId'],
      ['tenantId', 'value'],
    ]);
  });

  it('and facts are what they should be after many have written and erased at once', async () => {
    const shared = inNewTenant(Array.from({ length: 4 }, anEntity));
    const subjects = Array.from({ length: 6 }, randomSubjectId);
    const facts = subjects.map((subjectId) =>
      Array.from({ length: 24 }, (_, at) => {
        const [from, to] = [shared[at % 4], shared[(at + 1 + (at % 3)) % 4]] as [EntityId, EntityId];
        return edge(from, to, { memory: { tenantId, subjectId }, aliases: [{ entity: from, alias: to }] });
      }),
    );
    await Promise.all(facts.flatMap((own) => [graph.upsert(own), graph.upsert([...own].reverse())]));
    const [kept = [], ...gone] = facts;
    const again = { ...(kept[0] as GraphFact), confidence: 0.25 };
    await Promise.all([
      ...gone.map(([{ subjectId }]: [GraphFact] | GraphFact[]) =>
        graph.eraseSubject(subjectRef(tenantId, subjectId), 2),
      ),
      graph.upsert([again]),
      graph.remove(kept.slice(20)),
    ]);
    const left = await recordsOf();
    expect(left.map(textOf).sort()).toEqual([again, ...kept.slice(1, 20)].map(textOf).sort());
    await graph.eraseSubject(subjectRef(tenantId, again.subjectId), 2);
    expect(await nodes()).toBe(0);
  }, 60_000);
});

describe('what is read back for a digest', () => {
  const damages: readonly (readonly [string, string])[] = [
    ['a name is lost', `MATCH ()-[r:${aliasType} {tenantId: $p.tenantId}]->() DELETE r`],
    ['a name is given to another', `MATCH ()-[r:${aliasType} {tenantId: $p.tenantId}]->() SET r.entity = 'x'`],
    [
      'a name is given by no fact',
      `MATCH (n:${entity} {tenantId: $p.tenantId}) WITH n LIMIT 1
      CREATE (n)-[:${aliasType} {tenantId: $p.tenantId, audience: 'o', alias: 'a', entity: 'b'}]->(n)`,
    ],
    ['a node is left over', `CREATE (:${entity} {tenantId: $p.tenantId, entity: 'left'})`],
    ['a fact hangs on another node', `MATCH ()-[r:${factType} {tenantId: $p.tenantId}]->(o) SET o.entity = 'other'`],
    ['a fact lost its slot', `MATCH ()-[r:${factType} {tenantId: $p.tenantId}]->() REMOVE r.ownSlot`],
    ['a fact takes back more than it says', `MATCH ()-[r:${factType} {tenantId: $p.tenantId}]->() SET r.wordAtMs = 5`],
  ];

  it.each(damages)('is refused when %s', async (_, damage) => {
    const [ana, name] = inNewTenant([anEntity(), anEntity()]);
    await graph.upsert([edge(ana, anEntity(), { aliases: [{ entity: ana, alias: name }] })]);
    expect(await recordsOf()).toHaveLength(1);
    await database.transaction((queries) => queries.rows(damage, { tenantId }));
    await expect(recordsOf()).rejects.toMatchObject({ code: 'corrupt' });
  });
});

function inNewTenant(entities: EntityId[]): [EntityId, EntityId, EntityId, ...EntityId[]] {
  tenantId = randomTenantId();
  return entities as [EntityId, EntityId, EntityId];
}

function edge(subjectEntity: EntityId, objectEntity: EntityId, given: Parameters<typeof aFact>[0] = {}): GraphFact {
  return aFact({ memory: { tenantId }, subjectEntity, predicate: 'uses', objectEntity, ...given });
}

async function nodes(): Promise<number> {
  const text = `MATCH (n:${entity}|${value}) WHERE n.tenantId = $p.tenantId RETURN count(n) AS count`;
  return (await database.rows<{ count: number }>(text, { tenantId }))[0]?.count ?? -1;
}

async function recordsOf(): Promise<readonly GraphFact[]> {
  const records: GraphFact[] = [];
  for await (const record of graph.records(tenantRef(tenantId))) records.push(record);
  return records;
}

function textOf({ memoryId, confidence }: GraphFact): string {
  return `${memoryId} ${confidence}`;
}
