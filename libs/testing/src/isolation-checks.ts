import { expect } from '@jest/globals';
import type { DepartmentId, MemoryDerived, SessionKey, TeamId, TurnReceived } from '@mneme/events';
import { catalogueRowOf, type ReadScope } from '@mneme/domain';
import type { Catalogue, FactGraph, SessionStore, VectorIndex } from '@mneme/ports';
import {
  aMemory,
  aReadScope,
  aTurn,
  ORGANISATION,
  randomSessionKey,
  randomSubjectId,
  randomTenantId,
  teamAudience,
} from './builders.js';
import { aFact, anEntity, aGraphView } from './graph-facts.js';
import { aHandOff, aSessionDocument } from './session-records.js';
import { A_MODEL, anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';

/** The stores that requests read. */
export interface ReadableStores {
  readonly catalogue: Catalogue;
  readonly vectorIndex: VectorIndex;
  readonly factGraph: FactGraph;
  readonly sessionStore: SessionStore;
}

/** Those that one adapter implements; the others are another adapter's to show. */
export type SomeStores = Partial<ReadableStores>;

export type Wall = 'tenant' | 'audience' | 'department';
export type WalledStore = 'catalogue' | 'vector index' | 'fact graph' | 'session store';

/** One wall of one store: `run` fails when something passes through it. */
export interface IsolationCheck {
  readonly store: WalledStore;
  readonly wall: Wall;
  run(stores: SomeStores): Promise<void>;
}

/** The field of `SomeStores` that each store is in. */
const FIELDS = {
  catalogue: 'catalogue',
  'vector index': 'vectorIndex',
  'fact graph': 'factGraph',
  'session store': 'sessionStore',
} as const satisfies Readonly<Record<WalledStore, keyof ReadableStores>>;

export const WALLED_STORES = Object.keys(FIELDS) as readonly WalledStore[];

/** Two readers who differ in one thing, and what each may see; `shared` is for both, where there is such a thing. */
interface Neighbours {
  readonly readers: readonly [ReadScope, ReadScope];
  /** What the records have that each reader sees, side by side. */
  readonly owned: readonly [Partial<MemoryDerived>, Partial<MemoryDerived>];
}

const WALLS: Readonly<Record<Wall, () => Neighbours>> = {
  tenant: () => {
    const [one, other] = [randomTenantId(), randomTenantId()];
    const common = { subjectId: randomSubjectId(), audience: ORGANISATION };
    return {
      readers: [aReadScope(one), aReadScope(other)],
      owned: [
        { ...common, tenantId: one },
        { ...common, tenantId: other },
      ],
    };
  },
  audience: () => {
    const common = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const [one, other] = ['office', 'kitchen'] as [TeamId, TeamId];
    return {
      readers: [
        aReadScope(common.tenantId, undefined, { teamIds: [one] }),
        aReadScope(common.tenantId, undefined, { teamIds: [other] }),
      ],
      owned: [
        { ...common, audience: teamAudience(one) },
        { ...common, audience: teamAudience(other) },
      ],
    };
  },
  department: () => {
    const common = { tenantId: randomTenantId(), subjectId: randomSubjectId(), audience: ORGANISATION };
    const [one, other] = ['sales', 'legal'] as [DepartmentId, DepartmentId];
    return {
      readers: [
        aReadScope(common.tenantId, undefined, { departmentId: one }),
        aReadScope(common.tenantId, undefined, { departmentId: other }),
      ],
      owned: [
        { ...common, departmentId: one },
        { ...common, departmentId: other },
      ],
    };
  },
};

const STORES: Readonly<Record<WalledStore, (stores: ReadableStores, neighbours: Neighbours) => Promise<void>>> = {
  catalogue: catalogueIsWalled,
  'vector index': vectorIndexIsWalled,
  'fact graph': factGraphIsWalled,
  'session store': sessionStoreIsWalled,
};

export const isolationChecks: readonly IsolationCheck[] = (Object.keys(STORES) as WalledStore[]).flatMap((store) =>
  (Object.keys(WALLS) as Wall[]).map((wall) => ({
    store,
    wall,
    run: async (stores: SomeStores) => {
      if (stores[FIELDS[store]] === undefined) throw new Error(`this adapter has no ${store}`);
      await STORES[store](stores as ReadableStores, WALLS[wall]());
    },
  })),
);

async function catalogueIsWalled({ catalogue }: ReadableStores, { readers, owned }: Neighbours): Promise<void> {
  const rows = owned.map((given) => catalogueRowOf(aMemory(given)));
  const memoryIds = rows.map(({ memoryId }) => memoryId);
  await catalogue.upsert(rows);
  for (const [at, reader] of readers.entries()) {
    expect(await catalogue.get(reader, memoryIds)).toEqual([rows[at]]);
    expect(await catalogue.list(reader, { filter: {}, nowMs: 0, limit: 10 })).toEqual([rows[at]]);
  }
}

async function vectorIndexIsWalled({ vectorIndex }: ReadableStores, { readers, owned }: Neighbours): Promise<void> {
  const memories = owned.map((memory) => anIndexedMemory('red kite', { memory }));
  const memoryIds = memories.map(({ memoryId }) => memoryId);
  const vector = unitVector(1, 2, 3, 4);
  const answers = async (reader: ReadScope) => ({
    dense: await vectorIndex.searchDense(reader, { vector, limit: 10 }, anIndexFilter()),
    lexical: await vectorIndex.searchLexical(reader, { terms: termsOf('kite'), limit: 10 }, anIndexFilter()),
    cosines: [...(await vectorIndex.cosines(reader, { vector, memoryIds, model: A_MODEL }))],
  });
  await vectorIndex.upsert(memories.slice(0, 1));
  const alone = await answers(readers[0]);
  await vectorIndex.upsert(memories.slice(1));
  expect(await answers(readers[0])).toEqual(alone);
  for (const [at, reader] of readers.entries()) {
    const { dense, lexical, cosines } = await answers(reader);
    expect(dense.map(({ memoryId }) => memoryId)).toEqual([memoryIds[at]]);
    expect(lexical.map(({ memoryId }) => memoryId)).toEqual([memoryIds[at]]);
    expect(cosines.map(([memoryId]) => memoryId)).toEqual([memoryIds[at]]);
  }
}

// Each reader's fact ends the other's wherever the wall is down, and is reached from the same entity.
async function factGraphIsWalled({ factGraph }: ReadableStores, { readers, owned }: Neighbours): Promise<void> {
  const [entity, alias] = [anEntity(), anEntity()];
  const facts = owned.map((given) => aFact({ memory: given, subjectEntity: entity, aliases: [{ entity, alias }] }));
  const memoryIds = facts.map(({ memoryId }) => memoryId);
  const view = aGraphView();
  const query = { ...view, entities: [entity], fanOut: 10, limit: 10 };
  const answers = async (reader: ReadScope) => ({
    resolved: await factGraph.resolve(reader, [alias], view),
    facts: await factGraph.factsOf(reader, query),
    reached: (await factGraph.traverse(reader, { ...query, hops: 2 })).facts,
    states: await factGraph.statesOf(reader, memoryIds, view),
    from: await factGraph.factsFrom(reader, { ...view, sourceIds: facts.map(({ sourceId }) => sourceId), limit: 10 }),
  });
  await factGraph.upsert(facts.slice(0, 1));
  const alone = await answers(readers[0]);
  await factGraph.upsert(facts.slice(1));
  expect(await answers(readers[0])).toEqual(alone);
  for (const [at, reader] of readers.entries()) {
    const { resolved, ...found } = await answers(reader);
    const fact = facts[at] as (typeof facts)[number];
    expect(resolved).toEqual([entity]);
    const states = [{ memoryId: fact.memoryId, state: 'in-force' }];
    expect(found).toEqual({ facts: [fact], reached: [{ fact, hop: 1 }], states, from: [fact] });
  }
}

async function sessionStoreIsWalled({ sessionStore }: ReadableStores, { readers, owned }: Neighbours): Promise<void> {
  const sessionKey: SessionKey = randomSessionKey();
  const given = owned.map((one) => ({ ...(one as Partial<TurnReceived>), sessionKey }));
  const turns = given.map((one) => aTurn(one));
  await sessionStore.append(turns);
  for (const [at, reader] of readers.entries()) {
    expect(await sessionStore.lastTurns(reader, sessionKey, 10)).toEqual([turns[at]]);
  }
  // There is one task in a session: each reader looks for it where the other has put his.
  const view = { turnsMax: 10, nowMs: 0 };
  for (const [at, one] of given.entries()) {
    const document = aSessionDocument(one);
    const handOff = aHandOff(one);
    await sessionStore.setState({ kind: 'task', document });
    await sessionStore.setState({ kind: 'working', document });
    await sessionStore.handOff(handOff);
    const [own, other] = [readers[at], readers[1 - at]] as [ReadScope, ReadScope];
    expect(await sessionStore.getState(own, sessionKey, 'task')).toEqual(document);
    expect(await sessionStore.getState(own, sessionKey, 'working')).toEqual(document);
    expect(await sessionStore.findHandOff(own, handOff.tokenHash, 0)).toEqual(handOff);
    expect(await sessionStore.openSession(own, sessionKey, view)).toEqual({
      turns: [turns[at]],
      task: document,
      handOff,
    });
    expect(await sessionStore.getState(other, sessionKey, 'task')).not.toEqual(document);
    expect(await sessionStore.getState(other, sessionKey, 'working')).not.toEqual(document);
    expect(await sessionStore.findHandOff(other, handOff.tokenHash, 0)).toBeUndefined();
  }
}
