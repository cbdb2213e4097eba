import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, indexedTextOf, likelyDuplicates, statementOf } from '@mneme/domain';
import { openStaticEmbedder } from '@mneme/static-embedder';
import { type LabelledPair, type MergeFigures, mergeFiguresOf } from './duplicates/figures.mjs';

/** A wrong merge loses what somebody said; a missed one costs a row. */
const MOST = { wrongly: 0.05, missed: 0.2 };

describe.each(['seen', 'held-out'])('merges on the half %s', (half) => {
  let figures: MergeFigures;
  beforeAll(async () => {
    const { duplicates } = DEFAULT_POLICY.maintenance;
    const rules = { statementOf, likelyDuplicates, indexedTextOf, embedder: openStaticEmbedder(), duplicates };
    figures = await mergeFiguresOf(linesOf(half), rules);
  });

  it('are measured on at least 50 pairs, of which at least 20 say the same', () => {
    expect(figures.pairs).toBeGreaterThanOrEqual(50);
    expect(figures.same).toBeGreaterThanOrEqual(20);
  });

  it('lose nothing that was said', () => {
    expect(figures.wronglyMerged / figures.merged).toBeLessThanOrEqual(MOST.wrongly);
  });

  it('find most of what is told twice', () => {
    expect(figures.missed / figures.same).toBeLessThanOrEqual(MOST.missed);
  });
});

it('the halves have no pair in common', () => {
  const nameOf = ({ one, other }: LabelledPair) => `${one} ${other}`;
  const seen = new Set(linesOf('seen').map(nameOf));
  expect(linesOf('held-out').filter((pair) => seen.has(nameOf(pair)))).toEqual([]);
});

function linesOf(half: string): readonly LabelledPair[] {
  const text = readFileSync(join(import.meta.dirname, 'duplicates', `${half}.jsonl`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledPair);
}
