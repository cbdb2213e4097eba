import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityId } from '@mneme/events';
import { type GraphFact, inForce, latestFirst } from '@mneme/domain';
import {
  aFact,
  aGraphView,
  anEntity,
  aReadScope,
  engineAddress,
  randomSubjectId,
  randomTenantId,
} from '@mneme/testing';
import fc from 'fast-check';
import type { Neo4jFactGraph } from './neo4j-fact-graph.js';
import { ScratchLabelSpace } from './scratch-label-space.js';

const space = new ScratchLabelSpace(engineAddress('neo4j'));
let graph: Neo4jFactGraph;
beforeAll(async () => {
  graph = (await space.open()).factGraph;
}, 60_000);
afterAll(() => space.drop(), 60_000);

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const instant = (day: number) => new Date(START_MS + day * DAY_MS).toISOString();

const SAID = fc.record({
  predicate: fc.constantFrom('lives_in', 'lives_in', 'uses', 'prefers', 'avoids'),
  object: fc.integer({ min: 0, max: 3 }),
  day: fc.integer({ min: 0, max: 20 }),
  saidOn: fc.integer({ min: 0, max: 20 }),
  isNegated: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
  isCorrection: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
});

describe('facts in force, page by page', () => {
  it('are the latest of them, however many are ended in between', async () => {
    const property = fc.asyncProperty(
      fc.array(SAID, { minLength: 20, maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 22 }),
      async (said, fanOut, validDay) => {
        const { entity, facts, scope } = aLife(said);
        await graph.upsert(facts);
        const view = aGraphView({ validAtMs: START_MS + validDay * DAY_MS });
        const holding = [...inForce(facts, view)].sort(latestFirst);
        const query = { ...view, entities: [entity], fanOut, limit: 100 };
        expect(await graph.factsOf(scope, query)).toEqual(holding.slice(0, fanOut));
        const { facts: reached, isTruncated } = await graph.traverse(scope, { ...query, hops: 1 });
        expect(reached.map(({ fact }) => fact)).toEqual(holding.slice(0, fanOut));
        expect(isTruncated).toBe(holding.length > fanOut);
        const sourceIds = facts.map(({ sourceId }) => sourceId);
        expect(await graph.factsFrom(scope, { ...view, sourceIds, limit: fanOut })).toEqual(holding.slice(0, fanOut));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  }, 120_000);

  it('are found behind a past of thousands', async () => {
    const moves = Array.from({ length: 3_000 }, (_, at) => ({
      ...HOME,
      object: at % 2,
      day: at / 1_000 + 1,
      saidOn: 9,
    }));
    const first = { ...HOME, predicate: 'uses', object: 3, day: 0, saidOn: 0 };
    const { entity, facts, scope } = aLife([first, ...moves]);
    await graph.upsert(facts);
    const query = { ...aGraphView(), entities: [entity], fanOut: 5, limit: 10 };
    expect(await graph.factsOf(scope, query)).toEqual([facts.at(-1), facts[0]]);
    const then = { ...query, validAtMs: START_MS + 2 * DAY_MS };
    expect(await graph.factsOf(scope, then)).toEqual([facts[1_001], facts[0]]);
  }, 60_000);

  it('are not hidden by a higher version in another tenant', async () => {
    const { facts, scope, entity } = aLife([{ ...HOME, day: 0, saidOn: 0 }]);
    const [fact] = facts as [GraphFact];
    await graph.upsert([fact, { ...fact, tenantId: randomTenantId(), version: fact.version + 1, confidence: 0 }]);
    const query = { ...aGraphView(), entities: [entity], fanOut: 5, limit: 10 };
    expect(await graph.factsOf(scope, query)).toEqual([fact]);
  });
});

const HOME = { predicate: 'lives_in', object: 0, isNegated: false, isCorrection: false };

interface Said {
  readonly predicate: string;
  readonly object: number;
  readonly day: number;
  readonly saidOn: number;
  readonly isNegated: boolean;
  readonly isCorrection: boolean;
}

/** What one person says of itself, in the order given. */
function aLife(said: readonly Said[]) {
  const [tenantId, subjectId, entity] = [randomTenantId(), randomSubjectId(), anEntity()];
  const objects = [anEntity(), anEntity(), anEntity(), anEntity()];
  const facts = said.map(({ predicate, object, day, saidOn, isNegated, isCorrection }, at) =>
    aFact({
      memory: { tenantId, subjectId, occurredAt: instant(saidOn), recordedAt: at + 1 },
      subjectEntity: entity,
      predicate,
      objectEntity: objects[object] as EntityId,
      isNegated,
      isCorrection,
      validFrom: instant(day),
    }),
  );
  return { entity, facts, scope: aReadScope(tenantId, subjectId) };
}
