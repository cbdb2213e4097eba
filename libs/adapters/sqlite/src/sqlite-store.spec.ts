import { afterAll, describe } from '@jest/globals';
import type { EntityId, MemoryDerived, MemoryId, SessionKey, TurnId } from '@mneme/events';
import { catalogueRowOf, type GraphFact, graphFactOf } from '@mneme/domain';
import {
  aFact,
  aFactMemory,
  aMemory,
  anIndexedMemory,
  anIndexFilter,
  aGraphView,
  aReadScope,
  aSessionDocument,
  aTurn,
  auditableStoreContract,
  catalogueContract,
  type ErasableFixture,
  erasableStoreContract,
  factGraphContract,
  isolationContract,
  randomSessionKey,
  removeTemporaryDirectories,
  sessionEndsContract,
  sessionStoreContract,
  temporaryDirectory,
  unitVector,
  vectorIndexContract,
} from '@mneme/testing';
import { openSqlite, type Sqlite, type SqliteOptions } from './open-sqlite.js';

removeTemporaryDirectories();
const opened: Sqlite[] = [];
afterAll(() => Promise.all(opened.map((sqlite) => sqlite.close())));

describe.each([
  ['in memory', () => ':memory:', 10_000],
  ['on a file', temporaryDirectory, 100_000],
])('%s', (_, where, nearCopies) => {
  const open = (options?: SqliteOptions) => {
    const sqlite = openSqlite(where(), options);
    opened.push(sqlite);
    return sqlite;
  };

  catalogueContract(async () => open().catalogue);
  vectorIndexContract(async () => open().vectorIndex, { ranking: 'exact' });
  factGraphContract(async () => open().factGraph);
  sessionStoreContract(async (clock) => open({ clock }).sessionStore, { turnsMax: 200 });
  sessionEndsContract(async (clock) => open({ clock }).sessionStore);
  isolationContract(async () => open(), { nearCopies });

  describe('no room for a segment in memory', () => {
    const crowded = () => open({ vectorIndex: { cacheBytesMax: 1 } });
    vectorIndexContract(async () => crowded().vectorIndex, { ranking: 'exact' });
    erasableStoreContract(async () => indexFixture(crowded()), 'vector-index');
    isolationContract(async () => crowded(), { nearCopies: 2_000 });
  });

  describe('catalogue', () => {
    erasableStoreContract(async () => catalogueFixture(open()), 'catalogue');
    auditableStoreContract(async () => {
      const { catalogue } = open();
      return {
        store: catalogue,
        write: (memories) => catalogue.upsert(memories.map(catalogueRowOf)),
        project: catalogueRowOf,
      };
    }, 'catalogue');
  });

  describe('vector index', () => {
    erasableStoreContract(async () => indexFixture(open()), 'vector-index');
    auditableStoreContract(async () => {
      const { vectorIndex } = open();
      return {
        store: vectorIndex,
        write: (memories) => vectorIndex.upsert(memories.map((memory) => anIndexedMemory('red red kite', { memory }))),
        project: (memory) => {
          const { vectors: _, ...entry } = anIndexedMemory('red red kite', { memory });
          return entry;
        },
      };
    }, 'vector-index');
  });

  describe('fact graph', () => {
    erasableStoreContract(async () => graphFixture(open()), 'fact-graph');
    auditableStoreContract(async () => {
      const { factGraph } = open();
      return {
        store: factGraph,
        write: (memories) => factGraph.upsert(memories.map((memory) => aFactLike(memory))),
        project: aFactLike,
      };
    }, 'fact-graph');
  });

  describe('session store', () => erasableStoreContract(async () => sessionFixture(open()), 'session-state'));

  describe('what agents keep of sessions', () =>
    erasableStoreContract(async () => documentFixture(open()), 'session-state'));
});

function catalogueFixture({ catalogue }: Sqlite): ErasableFixture {
  return {
    store: catalogue,
    write: async (records) => {
      const rows = records.map((record) => catalogueRowOf(aMemory(record)));
      await catalogue.upsert(rows);
      return rows.map(({ memoryId }) => memoryId);
    },
    read: async (tenantId, subjectId) => {
      const page = { filter: {}, nowMs: 0, limit: 1_000 };
      return (await catalogue.list(aReadScope(tenantId, subjectId), page)).map(({ memoryId }) => memoryId);
    },
  };
}

function indexFixture({ vectorIndex }: Sqlite): ErasableFixture {
  return {
    store: vectorIndex,
    write: async (records) => {
      const memories = records.map((memory) => anIndexedMemory('red kite', { memory }));
      await vectorIndex.upsert(memories);
      return memories.map(({ memoryId }): MemoryId => memoryId);
    },
    read: async (tenantId, subjectId) => {
      const query = { vector: unitVector(1, 0, 0, 0), limit: 1_000 };
      const hits = await vectorIndex.searchDense(aReadScope(tenantId, subjectId), query, anIndexFilter());
      return hits.map(({ memoryId }) => memoryId);
    },
  };
}

function graphFixture({ factGraph }: Sqlite): ErasableFixture {
  let memoryIds: MemoryId[] = [];
  return {
    store: factGraph,
    write: async (records) => {
      const facts = records.map((memory) => aFact({ memory }));
      memoryIds = [...facts.map(({ memoryId }) => memoryId), ...memoryIds];
      await factGraph.upsert(facts);
      return facts.map(({ memoryId }) => memoryId);
    },
    read: async (tenantId, subjectId) => {
      const scope = aReadScope(tenantId, subjectId);
      const found: string[] = [];
      for (let at = 0; at < memoryIds.length; at += 1_000) {
        const states = await factGraph.statesOf(scope, memoryIds.slice(at, at + 1_000), aGraphView());
        found.push(...states.map(({ memoryId }) => memoryId));
      }
      return memoryIds
        .filter((memoryId) => found.includes(memoryId))
        .slice(0, 1_000)
        .reverse();
    },
  };
}

/** The memory as a fact, the same each time. */
function aFactLike(memory: MemoryDerived): GraphFact {
  const entity = memory.memoryId.replaceAll('-', '') as EntityId;
  const edge = { subjectEntity: entity, objectEntity: entity, aliases: [{ entity, alias: entity }] };
  return graphFactOf(aFactMemory({ memory, ...edge })) as GraphFact;
}

// One session for all that the fixture writes, so that one read has it; turns are their own source.
function sessionFixture({ sessionStore }: Sqlite): ErasableFixture {
  const sessions = new Map<string, ReturnType<typeof randomSessionKey>[]>();
  return {
    store: sessionStore,
    write: async (records) => {
      const turns = records.map((record, at) => {
        const own = sessions.get(record.subjectId) ?? [];
        sessions.set(record.subjectId, own);
        if (own.length === 0 || at % 100 === 0) own.push(randomSessionKey());
        const { tenantId, subjectId, epoch, sourceId } = record;
        const turnId = sourceId as string as TurnId;
        return aTurn({ tenantId, subjectId, epoch, turnId, sessionKey: own.at(-1) as (typeof own)[number] });
      });
      await sessionStore.append(turns);
      return turns.map(({ turnId }) => turnId);
    },
    read: async (tenantId, subjectId) => {
      const scope = aReadScope(tenantId, subjectId);
      const keys = sessions.get(subjectId) ?? [];
      const turns = await Promise.all(keys.map((key) => sessionStore.lastTurns(scope, key, 1_000)));
      return turns.flat().map(({ turnId }) => turnId);
    },
  };
}

// A session is the source of what agents keep of it.
function documentFixture({ sessionStore }: Sqlite): ErasableFixture {
  const sessions: SessionKey[] = [];
  return {
    store: sessionStore,
    write: async (records) => {
      for (const { sourceId, ...record } of records) {
        const sessionKey = sourceId as string as SessionKey;
        sessions.unshift(sessionKey);
        await sessionStore.setState({ kind: 'task', document: aSessionDocument({ ...record, sessionKey }) });
      }
      return records.map(({ sourceId }) => `${sourceId}/task/`);
    },
    read: async (tenantId, subjectId) => {
      const scope = aReadScope(tenantId, subjectId);
      const found: string[] = [];
      for (const sessionKey of sessions) {
        if ((await sessionStore.getState(scope, sessionKey, 'task')) !== undefined) found.push(`${sessionKey}/task/`);
      }
      return found.slice(0, 1_000).reverse();
    },
  };
}
