import { expect, it } from '@jest/globals';
import type { EntityId } from '@mneme/events';
import type { GraphFact } from '@mneme/domain';
import { type FactGraph, GRAPH_LIMITS } from '@mneme/ports';
import { aReadScope, ORGANISATION, randomSubjectId, randomTenantId } from './builders.js';
import { aFact, aGraphView, anEntity } from './graph-facts.js';

const view = aGraphView();
const day = (at: number) => `2026-01-${String(at).padStart(2, '0')}T00:00:00.000Z`;

export function factReadsContract(graph: () => FactGraph): void {
  it('follows edges in both directions, as far as it is asked to, each fact once', async () => {
    const { scope, edge } = aWorld();
    const [ana, apollo, ben, acme, rome] = [anEntity(), anEntity(), anEntity(), anEntity(), anEntity()];
    const facts = [
      edge(ana, 'works_on', apollo, 3),
      edge(ben, 'works_on', apollo, 2),
      edge(ben, 'works_at', acme, 1),
      edge(acme, 'related_to', rome, 1),
      edge(rome, 'related_to', ana, 9),
    ] as const;
    await graph().upsert(facts);
    const reached = async (hops: number) => {
      const { facts: found, isTruncated } = await graph().traverse(scope, {
        ...view,
        entities: [ana],
        hops,
        fanOut: 10,
        limit: 10,
      });
      expect(isTruncated).toBe(false);
      return found.map(({ fact, hop }) => [facts.findIndex(({ memoryId }) => memoryId === fact.memoryId), hop]);
    };
    const [onProject, ben2, benAt, acmeIn, romeOf] = [0, 1, 2, 3, 4];
    expect(await reached(1)).toEqual([
      [romeOf, 1],
      [onProject, 1],
    ]);
    expect(await reached(2)).toEqual(
      [
        [romeOf, 1],
        [onProject, 1],
        [ben2, 2],
        [acmeIn, 2],
      ].sort((a, b) => (a[1] as number) - (b[1] as number)),
    );
    expect((await reached(4)).map(([at]) => at).sort()).toEqual([onProject, ben2, benAt, acmeIn, romeOf].sort());
  });

  it('gives the latest of a busy entity, and says that there are more', async () => {
    const { scope, edge } = aWorld();
    const hub = anEntity();
    const facts = Array.from({ length: 8 }, (_, at) => edge(anEntity(), 'uses', hub, at + 1));
    await graph().upsert(facts);
    const query = { ...view, entities: [hub], hops: 1, limit: 100 };
    const few = await graph().traverse(scope, { ...query, fanOut: 3 });
    expect(few.facts.map(({ fact }) => fact)).toEqual(facts.slice(-3).reverse());
    expect(few.isTruncated).toBe(true);
    const cut = await graph().traverse(scope, { ...query, fanOut: 8, limit: 5 });
    expect(cut.facts.map(({ fact }) => fact)).toEqual(facts.slice(-5).reverse());
    expect(cut.isTruncated).toBe(true);
    expect((await graph().traverse(scope, { ...query, fanOut: 8 })).isTruncated).toBe(false);
  });

  it('gives each predicate of a profile its share', async () => {
    const { scope, edge } = aWorld();
    const user = anEntity();
    const tools = Array.from({ length: 5 }, (_, at) => edge(user, 'uses', anEntity(), 10 + at));
    const project = edge(user, 'works_on', anEntity(), 1);
    const other = edge(user, 'knows', anEntity(), 20);
    await graph().upsert([...tools, project, other, edge(anEntity(), 'uses', user, 9)]);
    const query = { ...view, entities: [user], predicates: ['works_on', 'uses'], fanOut: 2, limit: 10 };
    expect(await graph().factsOf(scope, query)).toEqual([tools[4], tools[3], project]);
    const walked = await graph().traverse(scope, { ...query, fanOut: 3, hops: 1 });
    expect(walked.facts.map(({ fact }) => fact.predicate)).not.toContain('knows');
  });

  it('resolves a name by itself and by an alias, and no name that a reader cannot see', async () => {
    const { scope, edge, tenantId } = aWorld();
    const [ana, alias, stranger] = [anEntity(), anEntity(), anEntity()];
    await graph().upsert([
      { ...edge(ana, 'uses', anEntity(), 1), aliases: [{ entity: ana, alias }] },
      edge(anEntity(), 'knows', alias, 1),
    ]);
    expect(await graph().resolve(scope, [alias, stranger], view)).toEqual([ana, alias].sort());
    expect(await graph().resolve(scope, [ana], view)).toEqual([ana]);
    expect(await graph().resolve(aReadScope(tenantId, undefined, { minTrust: 1 }), [alias, ana], view)).toEqual([]);
  });

  it('gives the facts that came from turns', async () => {
    const { scope, edge } = aWorld();
    const [one, two, other] = [1, 2, 3].map((at) => edge(anEntity(), 'uses', anEntity(), at)) as [
      GraphFact,
      GraphFact,
      GraphFact,
    ];
    await graph().upsert([one, two, other]);
    const sourceIds = [one.sourceId, two.sourceId];
    expect(await graph().factsFrom(scope, { ...view, sourceIds, limit: 10 })).toEqual([two, one]);
    expect(await graph().factsFrom(scope, { ...view, sourceIds, limit: 1 })).toEqual([two]);
    expect(await graph().factsFrom(scope, { ...view, sourceIds: [], limit: 1 })).toEqual([]);
  });

  it.each([
    ['entities', { entities: many(GRAPH_LIMITS.entitiesMax + 1) }, 'entitiesMax'],
    ['predicates', { predicates: Array<string>(GRAPH_LIMITS.predicatesMax + 1).fill('uses') }, 'predicatesMax'],
    ['facts of an entity', { fanOut: GRAPH_LIMITS.fanOutMax + 1 }, 'fanOutMax'],
    ['facts', { limit: GRAPH_LIMITS.factsMax + 1 }, 'factsMax'],
    ['hops', { hops: GRAPH_LIMITS.hopsMax + 1 }, 'hopsMax'],
  ] as const)('refuses more %s than the limit by its name', async (_, given, name) => {
    const query = { ...view, entities: [], fanOut: 1, limit: 1, hops: 1, ...given };
    const refused = graph().traverse(aReadScope(randomTenantId()), query);
    const limit = `${name}=${GRAPH_LIMITS[name]}`;
    await expect(refused).rejects.toMatchObject({ code: 'limit-exceeded', detail: { limit } });
  });
}

function aWorld() {
  const tenantId = randomTenantId();
  const memory = { tenantId, subjectId: randomSubjectId(), audience: ORGANISATION };
  const edge = (subjectEntity: EntityId, predicate: string, objectEntity: EntityId, at: number): GraphFact =>
    aFact({ memory, subjectEntity, predicate, objectEntity, objectType: 'thing', validFrom: day(at) });
  return { tenantId, scope: aReadScope(tenantId), edge };
}

function many(count: number): readonly EntityId[] {
  return Array.from({ length: count }, anEntity);
}
