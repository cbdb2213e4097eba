import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, explainTurn, type TurnFlag } from '@mneme/domain';
import { figuresOf, type LabelledTurn } from './write-filter/figures.mjs';

const LEAST = { keep: { precision: 0.95, recall: 0.95 }, flag: { precision: 0.6, recall: 0.75 } };
const FLAGS: readonly TurnFlag[] = [
  'preference',
  'decision',
  'error',
  'fact',
  'identity',
  'plan',
  'correction',
  'wish-to-remember',
  'wish-to-forget',
];
const figures = new Map(
  ['held-out', 'seen'].map((half) => [
    half,
    figuresOf(linesOf(half), { explain: explainTurn, policy: DEFAULT_POLICY }),
  ]),
);

describe.each(['held-out', 'seen'])('the write-filter on the half %s', (half) => {
  const { turns, keep, flags } = figures.get(half) ?? { turns: 0, keep: undefined, flags: {} };

  it('is measured on at least 150 turns', () => {
    expect(turns).toBeGreaterThanOrEqual(150);
  });

  it('keeps what is to be kept and drops the rest', () => {
    expect(keep?.precision).toBeGreaterThanOrEqual(LEAST.keep.precision);
    expect(keep?.recall).toBeGreaterThanOrEqual(LEAST.keep.recall);
  });

  it.each(FLAGS)('finds %s', (flag) => {
    expect(flags[flag]?.precision).toBeGreaterThanOrEqual(LEAST.flag.precision);
    expect(flags[flag]?.recall).toBeGreaterThanOrEqual(LEAST.flag.recall);
  });
});

describe('the labelled turns', () => {
  it('are not the same in both halves', () => {
    const nameOf = ({ role, text }: LabelledTurn) => `${role}: ${text.toLowerCase()}`;
    const seen = new Set(linesOf('seen').map(nameOf));
    const twice = linesOf('held-out').filter((turn) => seen.has(nameOf(turn)));
    expect(twice).toEqual([]);
  });
});

function linesOf(half: string): readonly LabelledTurn[] {
  const file = join(import.meta.dirname, 'write-filter', 'data', `${half}.jsonl`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledTurn);
}
