import { describe, expect, it } from '@jest/globals';
import type { EntityId, MemoryId } from '@mneme/events';
import { FactWalk } from './fact-walk.js';
import type { GraphFact } from './graph-fact.js';

const edge = (id: string, from: string, to: string, validFromMs = 0) =>
  ({
    memoryId: id as MemoryId,
    subjectEntity: from as EntityId,
    objectEntity: to as EntityId,
    validFromMs,
    recordedAt: 0,
  }) as GraphFact;
const entities = (...names: readonly string[]) => names as unknown as readonly EntityId[];

describe('a walk', () => {
  it('goes on from what it met, each entity and each fact once', () => {
    const walk = new FactWalk(entities('ana'), 10);
    expect(walk.nextFrontier()).toEqual(['ana']);
    walk.take({ facts: [edge('1', 'ana', 'apollo'), edge('2', 'ana', 'ana')], isTruncated: false }, 1);
    expect(walk.nextFrontier()).toEqual(['apollo']);
    walk.take({ facts: [edge('1', 'ana', 'apollo'), edge('3', 'ben', 'apollo')], isTruncated: false }, 2);
    expect(walk.nextFrontier()).toEqual(['ben']);
    expect(walk.nextFrontier()).toEqual([]);
    const { facts, isTruncated } = walk.result();
    expect(facts.map(({ fact, hop }) => [fact.memoryId, hop])).toEqual([
      ['2', 1],
      ['1', 1],
      ['3', 2],
    ]);
    expect(isTruncated).toBe(false);
  });

  it('gives what is nearer first, and of that the latest', () => {
    const walk = new FactWalk(entities('ana'), 10);
    walk.take({ facts: [edge('old', 'ana', 'a', 1), edge('new', 'ana', 'b', 2)], isTruncated: false }, 1);
    walk.take({ facts: [edge('far', 'b', 'c', 9)], isTruncated: false }, 2);
    expect(walk.result().facts.map(({ fact }) => fact.memoryId)).toEqual(['new', 'old', 'far']);
  });

  it('stops at its limit, and says that something was left out', () => {
    const walk = new FactWalk(entities('ana'), 1);
    walk.take({ facts: [edge('1', 'ana', 'a'), edge('2', 'ana', 'b')], isTruncated: false }, 1);
    expect(walk.goesOn).toBe(false);
    expect(walk.result()).toMatchObject({ facts: [{ hop: 1 }], isTruncated: true });
  });

  it('looks at no more than so many entities', () => {
    const walk = new FactWalk(entities('hub'), 2_000);
    const facts = Array.from({ length: 600 }, (_, at) => edge(String(at), 'hub', `e${at}`));
    walk.nextFrontier();
    walk.take({ facts, isTruncated: false }, 1);
    expect(walk.nextFrontier()).toHaveLength(499);
    expect(walk.result()).toMatchObject({ isTruncated: true });
  });

  it('passes on that an engine left something out', () => {
    const walk = new FactWalk(entities('ana'), 5);
    walk.take({ facts: [], isTruncated: true }, 1);
    expect(walk.result()).toEqual({ facts: [], isTruncated: true });
  });
});
