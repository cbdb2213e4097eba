import { describe, expect, it } from '@jest/globals';
import type { EntityId } from '@mneme/events';
import type { GraphFact } from './graph-fact.js';
import { type GraphQuestion, graphScoreOf } from './graph-score.js';

const [me, ana, atlas, tea] = ['1', '2', '3', '4'].map((digit) => digit.repeat(32) as EntityId) as [
  EntityId,
  EntityId,
  EntityId,
  EntityId,
];
const fact = (subjectEntity: EntityId, predicate: string, objectEntity: EntityId) =>
  ({ subjectEntity, predicate, objectEntity }) as GraphFact;
const asks = (predicates: readonly string[], named: readonly EntityId[] = [], speaker?: EntityId): GraphQuestion => ({
  named: new Set(named),
  predicates: new Set(predicates) as GraphQuestion['predicates'],
  speaker,
});

describe('graphScoreOf', () => {
  it('puts the relation asked for of a named entity before all else', () => {
    const question = asks(['works_on'], [ana], me);
    const scores = [
      graphScoreOf(fact(ana, 'works_on', atlas), 1, question),
      graphScoreOf(fact(tea, 'works_on', atlas), 2, question),
      graphScoreOf(fact(me, 'works_on', atlas), 1, question),
      graphScoreOf(fact(ana, 'prefers', tea), 1, question),
      graphScoreOf(fact(me, 'prefers', tea), 1, question),
    ];
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBe(1);
    expect(scores.at(-1)).toBe(0);
    expect(new Set(scores).size).toBe(scores.length);
  });

  it('believes more in who asks where nobody else is named', () => {
    const own = fact(me, 'lives_in', atlas);
    expect(graphScoreOf(own, 1, asks(['lives_in'], [], me))).toBeGreaterThan(
      graphScoreOf(own, 1, asks(['lives_in'], [ana], me)),
    );
    expect(graphScoreOf(own, 1, asks(['lives_in'], [ana]))).toBe(0);
  });

  it('takes a fact between two named entities without a relation', () => {
    const question = asks([], [ana, atlas]);
    expect(graphScoreOf(fact(ana, 'related_to', atlas), 1, question)).toBeGreaterThan(
      graphScoreOf(fact(ana, 'related_to', tea), 1, question),
    );
    expect(graphScoreOf(fact(ana, 'related_to', tea), 2, question)).toBe(0);
  });
});
