import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EntityId, type SubjectId, TOPICS } from '@mneme/events';
import { partitionOf, type Principal } from '@mneme/domain';
import { encodeReadToken } from '@mneme/platform';
import { ProjectFacts } from '@mneme/graph-extractor-service';
import { EmbedMemories, ProjectCatalogue } from '@mneme/embedder-service';
import { replayMemories, type ReplayPorts, type StoreComparison } from '@mneme/maintenance-service';
import type { ReadGraph, Recall } from '@mneme/retrieval-service';
import { aGraphView, aPrincipal, aReadScope } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';

const TOKENS = 25;

describe('facts', () => {
  let world: ErasureWorld;
  let graph: ReadGraph;
  let recall: Recall;
  let principal: Principal;
  beforeAll(async () => {
    world = await ErasureWorld.open();
    ({ graph, recall } = readsOf(world));
    principal = aPrincipal({ tenantId: world.tenantId });
  });
  afterAll(() => world.close());

  const tokenOf = async (subjectId: SubjectId) => {
    const { log } = world.engines.stores;
    const partition = partitionOf(subjectId, log.partitionCount);
    const end = (await log.endOffsets(TOPICS.turns.name))[partition] ?? 0;
    return encodeReadToken({ offsets: new Map([[partition, end]]), turnIds: [] });
  };
  const about = async (userId: string, more = {}) => {
    const request = {
      userId,
      entities: [],
      predicates: [],
      waitFor: { token: await tokenOf(await world.subjectOf(userId)) },
    };
    return graph.traverse(principal, { ...request, ...more });
  };
  const saidOf = (facts: Awaited<ReturnType<typeof about>>['facts']) => facts.map(({ memory }) => memory?.text);

  it('are there as soon as the token of their turn is current', async () => {
    for (let i = 0; i < TOKENS; i += 1) {
      await world.ingest('kim', `likes tea number ${i}`);
      const { facts, freshness } = await about('kim', { limit: 200, fanOut: 100 });
      expect(freshness).toBe('current');
      expect(facts).toHaveLength(i + 1);
    }
  });

  it('give way to later ones, and stay for who asks as of before', async () => {
    await world.ingest('ana', 'lives in Lisbon');
    const first = await about('ana');
    expect(saidOf(first.facts)).toEqual(['Someone lives in Lisbon']);
    const [lisbon] = first.facts;
    await world.ingest('ana', 'lives in Porto');
    expect(saidOf((await about('ana')).facts)).toEqual(['Someone lives in Porto']);
    expect(lisbon).toMatchObject({ predicate: 'lives_in', object: { name: 'Lisbon', type: 'place' }, hop: 1 });
    // The world's turns lie within a millisecond, which is as fine as a request can say it.
    const known = { ...aGraphView(), knownAt: Number(lisbon?.memory?.version), fanOut: 9, limit: 9 };
    const entities = [lisbon?.subject?.entityId as EntityId];
    const scope = aReadScope(world.tenantId, await world.subjectOf('ana'));
    const [then, ...others] = await world.engines.stores.factGraph.factsOf(scope, { ...known, entities });
    expect([then?.memoryId, others]).toEqual([lisbon?.memory?.memoryId, []]);
    const asOf = (times: object) => graph.asOf(principal, { userId: 'ana', entities: [], predicates: [], ...times });
    expect(saidOf((await asOf({})).facts)).toEqual(['Someone lives in Porto']);
    expect((await asOf({ knownAt: '2020-01-01T00:00:00Z' })).facts).toEqual([]);
    expect((await asOf({ validAt: '2020-01-01T00:00:00+02:00' })).facts).toEqual([]);
  });

  it('are found by the name of what they are about, for their reader alone', async () => {
    await world.ingest('ben', 'lives in Rome');
    await about('ben');
    const rome = { entities: [{ name: 'ROME' }], predicates: [] };
    expect(saidOf((await graph.traverse(principal, { ...rome, userId: 'ben' })).facts)).toEqual([
      'Someone lives in Rome',
    ]);
    expect((await graph.traverse(principal, { ...rome, userId: 'ana' })).facts).toEqual([]);
    expect((await graph.traverse(aPrincipal({ tenantId: world.tenantId }), rome)).facts).toEqual([]);
  });

  it('are recalled while they hold, and beside their turn not twice', async () => {
    const ask = (kind: string) => {
      const filters = kind === '' ? [] : [{ field: 'kind', op: 'in', values: [kind] }];
      const question = 'who lives in Porto or Lisbon';
      return recall.recall(principal, { question, userId: 'ana', filters, similarityMin: 0 });
    };
    const facts = await ask('fact');
    expect(facts.hits.map(({ memory }) => memory?.text)).toEqual(['Someone lives in Porto']);
    expect(facts.dropped).toEqual([{ reason: 'superseded', count: 1 }]);
    const { hits, dropped } = await ask('');
    expect(new Set(hits.map(({ memory }) => memory?.turnIds[0])).size).toBe(2);
    expect(hits).toHaveLength(2);
    expect(dropped).toContainEqual({ reason: 'same-turn', count: 1 });
  });

  it('make a profile, by part', async () => {
    const profile = await graph.initSession(principal, { userId: 'ana' });
    expect(saidOf(profile.about)).toEqual(['Someone lives in Porto']);
    expect(profile).toMatchObject({ preferences: [], projects: [], constraints: [], turns: [] });
    expect((await graph.initSession(principal, { userId: 'kim', limit: 3 })).preferences).toHaveLength(3);
    await expect(graph.initSession(principal, {})).rejects.toMatchObject({ detail: { field: 'userId' } });
  });

  it.each([
    ['an empty name', { entities: [{ name: '  ' }] }, 'entities[0].name'],
    ['a name over the limit', { entities: [{ name: 'x'.repeat(129) }] }, 'entities[0].name'],
    ['an unknown type', { entities: [{ name: 'x', type: 'planet' }] }, 'entities[0].type'],
    ['an unknown relation', { predicates: ['loves'] }, 'predicates[0]'],
    ['too many entities', { entities: Array.from({ length: 9 }, (_, i) => ({ name: `n${i}` })) }, 'entities'],
    ['too many hops', { hops: 5 }, 'hops'],
    ['no hops', { hops: 0 }, 'hops'],
    ['too many facts', { limit: 201 }, 'limit'],
    ['a time without a zone', { validAt: '2026-01-01T00:00:00' }, 'validAt'],
    ['a day that is none', { knownAt: '2026-02-31T00:00:00Z' }, 'knownAt'],
  ])('refuse %s by name', async (_, given, field) => {
    await expect(about('ana', given)).rejects.toMatchObject({ detail: { field } });
  });

  it('are the same in a graph that was rebuilt, twice over and in another order', async () => {
    await world.drained();
    const { stores, keyring, embedder } = world.engines;
    const ports: ReplayPorts = {
      log: stores.log,
      keyring,
      embedder,
      shadowStores: stores.shadowStores,
      projections: ({ catalogue, vectorIndex, factGraph }) => [
        new ProjectCatalogue(catalogue),
        new EmbedMemories({ catalogue, vectorIndex, embedder, keyring }),
        new ProjectFacts(factGraph, catalogue),
      ],
    };
    let result: readonly StoreComparison[] = [];
    const request = { tenantIds: [world.tenantId], times: 2, shuffleSeed: 7 };
    for await (const step of replayMemories(ports, request)) result = step.result ?? result;
    const compared = result.find(({ store }) => store.endsWith('fact-graph'));
    expect(compared).toMatchObject({ equal: true, storeRecords: TOKENS + 3 });
    expect(result.every(({ equal }) => equal)).toBe(true);
  });

  it('are gone with their user', async () => {
    const subjectId = await world.subjectOf('ben');
    expect((await world.erase(subjectId)).verdict).toBe('clean');
    await expect(about('ben')).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await world.remains(subjectId, 99)).toBe(0);
  });
});
