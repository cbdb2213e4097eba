import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Audience, EntityId, MemoryDerived, MemoryId, TeamId, TenantId } from '@mneme/events';
import { catalogueRowOf, type ReadScope } from '@mneme/domain';
import type { IndexedMemory } from '@mneme/ports';
import fc from 'fast-check';
import {
  aMemory,
  aReadScope,
  aTurn,
  ORGANISATION,
  randomMemoryId,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
  teamAudience,
} from './builders.js';
import { aFact, anEntity, aGraphView } from './graph-facts.js';
import { anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';
import { grantsOpenExactlyThat } from './isolation-grants.js';
import { isolationChecks, type SomeStores, WALLED_STORES, type WalledStore } from './isolation-checks.js';

export interface IsolationTraits {
  /** How many near-copies of another tenant the ten memories lie among. */
  readonly nearCopies: number;
  /** The stores that the adapter implements; all of them when nothing is said. */
  readonly stores?: readonly WalledStore[];
}

const NEAR_COPIES_TIMEOUT_MS = 120_000;
const BATCH = 1_000;

/** What every adapter of a readable store must keep apart. */
export function isolationContract(make: () => Promise<SomeStores>, traits: IsolationTraits): void {
  const walled = traits.stores ?? WALLED_STORES;
  describe('isolation', () => {
    let stores: SomeStores;
    beforeAll(async () => {
      stores = await make();
    });

    it.each(isolationChecks.filter(({ store }) => walled.includes(store)))(
      'the $store keeps $wall from $wall',
      (check) => check.run(stores),
    );

    it.each(['tenant', 'audience'] as const)('answers are the same with and without the data of another %s', (wall) =>
      answersAreTheSame(stores, wall),
    );

    if (hasOneOf(walled, ['catalogue', 'vector index', 'session store'])) {
      it('a grant opens the records of the granted department, and nothing else', () => grantsOpenExactlyThat(stores));
    }

    if (hasOneOf(walled, ['catalogue', 'vector index'])) {
      it('a record of another tenant under the same id changes nothing', () => foreignIdsChangeNothing(stores));
    }

    if (hasOneOf(walled, ['catalogue', 'vector index', 'fact graph'])) {
      it(
        `gives a tenant its ten memories among ${traits.nearCopies} near-copies of another's`,
        () => tenAmongMany(stores, traits.nearCopies),
        NEAR_COPIES_TIMEOUT_MS,
      );
    }
  });
}

function hasOneOf(walled: readonly WalledStore[], wanted: readonly WalledStore[]): boolean {
  return wanted.some((store) => walled.includes(store));
}

interface Owner {
  readonly tenantId: TenantId;
  readonly subjectId: MemoryDerived['subjectId'];
  readonly audience: Audience;
}

/** Two owners who differ in the wall alone, and the scope of the first. */
function neighbours(wall: 'tenant' | 'audience'): {
  readonly own: Owner;
  readonly other: Owner;
  readonly scope: ReadScope;
} {
  const teamId = 'office' as TeamId;
  const own = { tenantId: randomTenantId(), subjectId: randomSubjectId(), audience: teamAudience(teamId) };
  const other =
    wall === 'tenant'
      ? { ...own, tenantId: randomTenantId() }
      : { ...own, audience: teamAudience('kitchen' as TeamId) };
  return { own, other, scope: aReadScope(own.tenantId, undefined, { teamIds: [teamId] }) };
}

const WORDS = fc.array(fc.constantFrom('red', 'kite', 'over', 'blue', 'hills'), { minLength: 1, maxLength: 8 });
const VECTOR = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 })
  .filter((v) => v.some((n) => n !== 0));
const RECORDS = fc.array(fc.record({ words: WORDS, vector: VECTOR, recordedAt: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 12,
});

async function answersAreTheSame(stores: SomeStores, wall: 'tenant' | 'audience'): Promise<void> {
  const property = fc.asyncProperty(RECORDS, RECORDS, VECTOR, async (ownRecords, otherRecords, vector) => {
    const { own, other, scope } = neighbours(wall);
    const sessionKey = randomSessionKey();
    const entities = [anEntity(), anEntity()] as const;
    const write = async (owner: Owner, records: typeof ownRecords) => {
      const memories = records.map(({ words, vector: numbers, recordedAt }) => {
        const memory = aMemory({ ...owner, recordedAt });
        return { memory, indexed: anIndexedMemory(words.join(' '), { memory, vectors: [unitVector(...numbers)] }) };
      });
      await stores.catalogue?.upsert(memories.map(({ memory }) => catalogueRowOf(memory)));
      await stores.vectorIndex?.upsert(memories.map(({ indexed }) => indexed));
      await stores.factGraph?.upsert(records.map((record) => factLike(record, owner, entities)));
      await stores.sessionStore?.append(records.map(({ recordedAt }) => aTurn({ ...owner, sessionKey, recordedAt })));
      return memories.map(({ memory }) => memory.memoryId);
    };
    const memoryIds = await write(own, ownRecords);
    const answers = async () =>
      JSON.stringify([
        ...(await indexAnswers(stores, scope, { vector: unitVector(...vector), memoryIds })),
        await stores.catalogue?.list(scope, { filter: {}, nowMs: 0, limit: 5 }),
        ...(await graphAnswers(stores, scope, entities)),
        await stores.sessionStore?.lastTurns(scope, sessionKey, 5),
      ]);
    const alone = await answers();
    await write(other, otherRecords);
    expect(await answers()).toBe(alone);
  });
  await fc.assert(property, { numRuns: 25 });
}

type Draft = typeof RECORDS extends fc.Arbitrary<(infer T)[]> ? T : never;

/** Some of the same things, some of others, some taken back. */
function factLike({ words, recordedAt }: Draft, owner: Owner, [one, other]: readonly [EntityId, EntityId]) {
  const [word] = words;
  return aFact({
    memory: { ...owner, recordedAt },
    subjectEntity: one,
    predicate: words.length % 2 === 0 ? 'lives_in' : 'uses',
    objectEntity: other,
    isNegated: word === 'red',
    isCorrection: word === 'blue',
    aliases: [{ entity: one, alias: other }],
  });
}

async function indexAnswers(
  { vectorIndex }: SomeStores,
  scope: ReadScope,
  { vector, memoryIds }: { readonly vector: Float32Array; readonly memoryIds: readonly MemoryId[] },
) {
  if (vectorIndex === undefined) return [];
  const filter = anIndexFilter();
  return [
    await vectorIndex.searchDense(scope, { vector, limit: 5 }, filter),
    await vectorIndex.searchLexical(scope, { terms: termsOf('red kite'), limit: 5 }, filter),
    [...(await vectorIndex.cosines(scope, { vector, memoryIds, model: filter.model }))].sort(),
  ];
}

async function graphAnswers({ factGraph }: SomeStores, scope: ReadScope, entities: readonly EntityId[]) {
  if (factGraph === undefined) return [];
  const query = { ...aGraphView(), entities, fanOut: 3, limit: 5 };
  return [
    await factGraph.factsOf(scope, query),
    await factGraph.traverse(scope, { ...query, hops: 3 }),
    await factGraph.resolve(scope, entities, query),
  ];
}

async function foreignIdsChangeNothing({ catalogue, vectorIndex }: SomeStores): Promise<void> {
  const { own, other, scope } = neighbours('tenant');
  const memory = aMemory(own);
  const foreign = [
    { ...memory, ...other, flags: ['foreign'] },
    { ...memory, ...other, version: memory.version + 1 },
  ];
  const search = () => vectorIndex?.searchDense(scope, { vector: unitVector(1, 1, 1, 1), limit: 5 }, anIndexFilter());
  await catalogue?.upsert([catalogueRowOf(memory)]);
  await vectorIndex?.upsert([anIndexedMemory('red kite', { memory })]);
  const alone = await search();
  if (alone !== undefined) expect(alone).toHaveLength(1);
  await catalogue?.upsert(foreign.map(catalogueRowOf));
  await vectorIndex?.upsert(foreign.map((copy) => anIndexedMemory('red kite', { memory: copy })));
  expect(await search()).toEqual(alone);
  const rows = await catalogue?.get(scope, [memory.memoryId]);
  if (rows !== undefined) expect(rows).toEqual([catalogueRowOf(memory)]);
}

async function tenAmongMany({ catalogue, vectorIndex, factGraph }: SomeStores, nearCopies: number): Promise<void> {
  const model = 'model-of-16';
  const [own, other] = [randomTenantId(), randomTenantId()];
  const given = { subjectId: randomSubjectId(), audience: ORGANISATION };
  const near = unitVector(1, ...Array<number>(15).fill(0.01));
  const template = anIndexedMemory('red kite over blue hills', { memory: given, model, vectors: [near] });
  const templateRow = catalogueRowOf(aMemory(given));
  const entity = anEntity();
  const templateFact = aFact({ memory: given, subjectEntity: entity, predicate: 'uses' });
  const write = async (tenantId: TenantId, count: number) => {
    const ids = Array.from({ length: count }, () => ({ tenantId, memoryId: randomMemoryId() }));
    await vectorIndex?.upsert(ids.map((id): IndexedMemory => ({ ...template, ...id })));
    await catalogue?.upsert(ids.map((id) => ({ ...templateRow, ...id })));
    await factGraph?.upsert(ids.map((id) => ({ ...templateFact, ...id, ...slotOfItsOwn() })));
    return ids.map(({ memoryId }) => memoryId).sort();
  };
  for (let written = 0; written < nearCopies / 2; written += BATCH) await write(other, BATCH);
  const wanted = await write(own, 10);
  for (let written = 0; written < nearCopies / 2; written += BATCH) await write(other, BATCH);
  const scope = aReadScope(own);
  const filter = anIndexFilter({ model });
  const edges = { ...aGraphView(), entities: [entity], fanOut: 11, limit: 11 };
  const answers = [
    await vectorIndex?.searchDense(scope, { vector: near, limit: 10 }, filter),
    await vectorIndex?.searchLexical(scope, { terms: termsOf('kite'), limit: 10 }, filter),
    await catalogue?.list(scope, { filter: {}, nowMs: 0, limit: 10 }),
    await catalogue?.get(scope, wanted),
    await factGraph?.factsOf(scope, edges),
    (await factGraph?.traverse(scope, { ...edges, hops: 1 }))?.facts.map(({ fact }) => fact),
  ].filter((answer) => answer !== undefined);
  for (const answer of answers) expect(answer.map(({ memoryId }) => memoryId).sort()).toEqual(wanted);
}

/** So that no fact of the many ends another. */
function slotOfItsOwn() {
  const slot = anEntity();
  return { slots: [slot], ends: [slot] };
}
