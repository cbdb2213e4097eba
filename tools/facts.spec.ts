import { describe, expect, it } from '@jest/globals';
import { factsOf, normalisedName, PREDICATES } from '@mneme/domain';
import { labelledTurns, scoresOf } from './facts/score.mjs';

const PRECISION_MIN = 0.85;
const RECALL_MIN = 0.7;
const POSITIVES_MIN = 8;
const turns = labelledTurns();
const scores = (split: string) =>
  scoresOf({ turns: turns.filter((turn) => turn.split === split), factsOf, normalisedName });

describe('the labelled set of facts', () => {
  it('has at least 300 turns, about half held out, a quarter without a fact', () => {
    const heldOut = turns.filter(({ split }) => split === 'held-out').length;
    expect(turns.length).toBeGreaterThanOrEqual(300);
    expect(heldOut / turns.length).toBeGreaterThan(0.45);
    expect(turns.filter(({ facts }) => facts.length === 0).length / turns.length).toBeGreaterThan(0.25);
    expect(new Set(turns.map(({ text }) => text)).size).toBe(turns.length);
  });

  it('reads what the rules are tuned on almost whole', () => {
    const { all, times, corrections } = scores('tune');
    expect(all.precision).toBeGreaterThanOrEqual(0.98);
    expect(all.recall).toBeGreaterThanOrEqual(0.98);
    expect(times.wrong).toBe(0);
    expect(corrections.wrong).toBe(0);
  });

  // Figures alone: a failing turn of this half is not shown, or the rules would be fitted to it.
  it.each(Object.keys(PREDICATES))('holds precision and recall of %s on what they are not tuned on', (predicate) => {
    const row = scores('held-out').rows.find(({ name }) => name === predicate);
    expect(row?.facts).toBeGreaterThanOrEqual(POSITIVES_MIN);
    expect(row?.precision).toBeGreaterThanOrEqual(PRECISION_MIN);
    expect(row?.recall).toBeGreaterThanOrEqual(RECALL_MIN);
  });

  it('holds the totals of what they are not tuned on', () => {
    const { all } = scores('held-out');
    expect(all.precision).toBeGreaterThanOrEqual(0.97);
    expect(all.recall).toBeGreaterThanOrEqual(0.92);
  });
});
