import { afterAll, describe } from '@jest/globals';
import type { EntityId, MemoryDerived, MemoryId } from '@mneme/events';
import { type GraphFact, graphFactOf } from '@mneme/domain';
import {
  aFact,
  aFactMemory,
  aGraphView,
  aReadScope,
  auditableStoreContract,
  engineAddress,
  type ErasableFixture,
  erasableStoreContract,
  factGraphContract,
  isolationContract,
} from '@mneme/testing';
import type { Neo4j } from './open-neo4j.js';
import { ScratchLabelSpace } from './scratch-label-space.js';

const space = new ScratchLabelSpace(engineAddress('neo4j'));
let opening: Promise<Neo4j> | undefined;
const open = () => (opening ??= space.open());
afterAll(() => space.drop(), 60_000);

describe('on Neo4j', () => {
  factGraphContract(async () => (await open()).factGraph);
  erasableStoreContract(async () => fixtureOf(await open()), 'fact-graph');
  auditableStoreContract(async () => {
    const { factGraph } = await open();
    return {
      store: factGraph,
      write: (memories) => factGraph.upsert(memories.map(aFactLike)),
      project: aFactLike,
    };
  }, 'fact-graph');
  isolationContract(open, { nearCopies: 20_000, stores: ['fact graph'] });
});

function fixtureOf({ factGraph }: Neo4j): ErasableFixture {
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
      const found = new Set<string>();
      for (let at = 0; at < memoryIds.length; at += 1_000) {
        const states = await factGraph.statesOf(scope, memoryIds.slice(at, at + 1_000), aGraphView());
        for (const { memoryId } of states) found.add(memoryId);
      }
      return memoryIds
        .filter((memoryId) => found.has(memoryId))
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
