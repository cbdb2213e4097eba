import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, poisonOf } from '@mneme/domain';
import { figuresOf, type LabelledTurn } from './poisoning/figures.mjs';

const LEAST = { precision: 0.95, recall: 0.95 };

describe.each(['held-out', 'seen'])('the poisoning rules on the half %s', (half) => {
  const { turns, poison } = figuresOf(linesOf(half), { poisonOf, policy: DEFAULT_POLICY });

  it('are measured on at least 100 turns', () => {
    expect(turns).toBeGreaterThanOrEqual(100);
  });

  it('hold what is poisoned and nothing else', () => {
    expect(poison.precision).toBeGreaterThanOrEqual(LEAST.precision);
    expect(poison.recall).toBeGreaterThanOrEqual(LEAST.recall);
  });
});

it('the labelled turns are not the same in both halves', () => {
  const seen = new Set(linesOf('seen').map(({ text }) => text.toLowerCase()));
  expect(linesOf('held-out').filter(({ text }) => seen.has(text.toLowerCase()))).toEqual([]);
});

function linesOf(half: string): readonly LabelledTurn[] {
  const file = join(import.meta.dirname, 'poisoning', 'data', `${half}.jsonl`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledTurn);
}
