import { expect, it } from '@jest/globals';
import type { Audience, EntityId, MemoryId, SubjectId, TeamId } from '@mneme/events';
import { type GraphFact, inForce, isWithin, knownAt, mayRead, type ReadScope } from '@mneme/domain';
import type { FactGraph, GraphView } from '@mneme/ports';
import fc from 'fast-check';
import { aReadScope, randomMemoryId, randomSubjectId, randomTenantId, teamAudience } from './builders.js';
import { aFact, aGraphView, anEntity } from './graph-facts.js';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const instant = (day: number) => new Date(START_MS + day * DAY_MS).toISOString();
const recordedOf = (day: number) => (START_MS + day * DAY_MS) * 1_000;
const DAY = fc.integer({ min: 0, max: 6 });

const FACT = fc.record({
  subject: fc.integer({ min: 0, max: 1 }),
  team: fc.integer({ min: 0, max: 1 }),
  predicate: fc.constantFrom('lives_in', 'uses', 'prefers', 'avoids'),
  object: fc.integer({ min: 0, max: 2 }),
  isNegated: fc.boolean(),
  isCorrection: fc.boolean(),
  validFrom: DAY,
  lasts: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  occurredAt: DAY,
  recordedAt: fc.integer({ min: 1, max: 9 }),
  higherVersion: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  trust: fc.constantFrom(0.2, 0.9),
  confidence: fc.constantFrom(0.2, 0.9),
  expires: fc.option(DAY, { nil: undefined }),
});
const FACTS = fc.array(FACT, { minLength: 1, maxLength: 14 });
const VIEW = fc.record({
  validDay: DAY,
  knownAt: fc.option(fc.integer({ min: 0, max: 14 }), { nil: Infinity }),
  nowDay: DAY,
  strict: fc.boolean(),
});

// Thousands of writes, each on the disk before the next one.
const PROPERTY_TIMEOUT_MS = 240_000;

/** Against the pure function of the domain, for any facts, in any order of arrival, twice over. */
export function factsInForceContract(graph: () => FactGraph): void {
  it(
    'is what the pure function says, in whatever order and however often the facts came',
    async () => {
      const property = fc.asyncProperty(FACTS, VIEW, fc.infiniteStream(fc.nat()), async (drafts, drawn, order) => {
        const world = worldOf(drafts);
        const facts = shuffled([...world.facts, ...world.facts], order);
        for (const fact of facts) await graph().upsert([fact]);
        await checkAnswers(graph(), world, drawn);
      });
      await fc.assert(property, { numRuns: 300 });
    },
    PROPERTY_TIMEOUT_MS,
  );

  it(
    'is given back when what ended it is removed',
    async () => {
      const property = fc.asyncProperty(FACTS, VIEW, fc.nat(), async (drafts, drawn, pick) => {
        const world = worldOf(drafts);
        await graph().upsert(world.facts);
        const removed = world.facts[pick % world.facts.length] as GraphFact;
        await graph().remove([removed]);
        const facts = world.facts.filter((fact) => fact !== removed);
        await checkAnswers(graph(), { ...world, facts }, drawn);
      });
      await fc.assert(property, { numRuns: 150 });
    },
    PROPERTY_TIMEOUT_MS,
  );
}

interface World {
  readonly entity: EntityId;
  readonly facts: readonly GraphFact[];
  readonly scope: (strict: boolean) => ReadScope;
}

function worldOf(drafts: readonly (typeof FACT extends fc.Arbitrary<infer T> ? T : never)[]): World {
  const tenantId = randomTenantId();
  const entity = anEntity();
  const objects = [anEntity(), anEntity(), anEntity()];
  const subjects = [randomSubjectId(), randomSubjectId()];
  const audiences = ['office', 'kitchen'].map((team) => teamAudience(team as TeamId));
  const facts = drafts.flatMap((draft) => {
    const memoryId: MemoryId = randomMemoryId();
    const versions = draft.higherVersion === undefined ? [0] : [0, draft.higherVersion];
    return versions.map((more) =>
      aFact({
        memory: {
          memoryId,
          version: recordedOf(draft.recordedAt + more),
          recordedAt: recordedOf(draft.recordedAt),
          tenantId,
          subjectId: subjects[draft.subject] as SubjectId,
          audience: audiences[draft.team] as Audience,
          occurredAt: instant(draft.occurredAt),
          trust: draft.trust,
          confidence: draft.confidence,
          ...(draft.expires === undefined ? {} : { expiresAt: instant(draft.expires) }),
        },
        subjectEntity: entity,
        predicate: draft.predicate,
        objectEntity: objects[draft.object] as EntityId,
        isNegated: draft.isNegated,
        isCorrection: draft.isCorrection,
        // A later version says something else of its time.
        validFrom: instant(draft.validFrom + more),
        ...(draft.lasts === undefined ? {} : { validTo: instant(draft.validFrom + more + draft.lasts) }),
      }),
    );
  });
  const teamIds = ['office', 'kitchen'] as TeamId[];
  return { entity, facts, scope: (strict) => aReadScope(tenantId, undefined, { teamIds, minTrust: strict ? 0.5 : 0 }) };
}

async function checkAnswers(
  graph: FactGraph,
  { entity, facts, scope }: World,
  drawn: typeof VIEW extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  const reader = scope(drawn.strict);
  const view = aGraphView({
    validAtMs: START_MS + drawn.validDay * DAY_MS,
    knownAt: Math.min(recordedOf(drawn.knownAt), Number.MAX_SAFE_INTEGER),
    nowMs: START_MS + drawn.nowDay * DAY_MS,
    confidenceMin: drawn.strict ? 0.5 : 0,
  });
  const visible = knownAt(facts, view.knownAt).filter((fact) => isSeen(fact, reader, view));
  const holding = inForce(visible, view);
  const found = await graph.factsOf(reader, { ...view, entities: [entity], fanOut: 100, limit: 100 });
  expect(found).toEqual([...holding].sort(latestFirst));
  const memoryIds = [...new Set(facts.map(({ memoryId }) => memoryId))];
  const states = await graph.statesOf(reader, memoryIds, view);
  expect(states.map(({ memoryId }) => memoryId).sort()).toEqual(visible.map(({ memoryId }) => memoryId).sort());
  const isHolding = new Set(holding.map(({ memoryId }) => memoryId));
  for (const fact of visible) {
    const state = states.find(({ memoryId }) => memoryId === fact.memoryId)?.state;
    expect(state === 'in-force').toBe(isHolding.has(fact.memoryId));
    if (isWithin(fact, view.validAtMs) && !fact.isNegated) expect(state).not.toBe('not-in-force');
  }
}

function isSeen(fact: GraphFact, reader: ReadScope, view: GraphView): boolean {
  return (
    mayRead(reader, fact) &&
    fact.trust >= reader.minTrust &&
    fact.confidence >= view.confidenceMin &&
    (fact.expiresAtMs ?? Infinity) > view.nowMs
  );
}

function latestFirst(a: GraphFact, b: GraphFact): number {
  return b.validFromMs - a.validFromMs || b.recordedAt - a.recordedAt || (a.memoryId > b.memoryId ? -1 : 1);
}

/** Fisher and Yates, with numbers that fast-check can shrink. */
function shuffled<T>(values: T[], numbers: Iterator<number>): readonly T[] {
  for (let at = values.length - 1; at > 0; at -= 1) {
    const other = (numbers.next().value as number) % (at + 1);
    [values[at], values[other]] = [values[other] as T, values[at] as T];
  }
  return values;
}
