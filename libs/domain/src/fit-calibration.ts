import type { Knot } from './calibration.js';

/** A question and a memory: how near their vectors are, and whether one answers the other. */
export interface CalibrationPair {
  readonly cosine: number;
  /** 1: it answers; 0.5: the same topic; 0: unrelated. */
  readonly label: number;
}

/** Losing a memory that answers costs more than showing a neighbour, so such pairs count three times. */
const WEIGHT_OF_ANSWER = 3;
const PAIRS_PER_BIN = 16;
const DIGITS = 4;

/**
 * The knots of the calibration that pairs call for: bins of neighbouring cosines, then pool adjacent violators, so that each
 * knot is a block's mean cosine and mean label. They rise strictly, from `[-1, 0]` to `[1, 1]`, whatever the pairs are.
 */
export function fitKnots(pairs: readonly CalibrationPair[]): readonly Knot[] {
  const sorted = [...pairs].sort((a, b) => a.cosine - b.cosine);
  const blocks: Block[] = [];
  for (let at = 0; at < sorted.length; at += PAIRS_PER_BIN) {
    blocks.push(blockOf(sorted.slice(at, at + PAIRS_PER_BIN)));
    pool(blocks);
  }
  const inner = blocks.map(({ cosine, mean }): Knot => [round(cosine), round(mean)]);
  return [[-1, 0], ...risingOf(inner), [1, 1]];
}

interface Block {
  readonly pairs: readonly CalibrationPair[];
  readonly cosine: number;
  readonly mean: number;
}

function pool(blocks: Block[]): void {
  for (;;) {
    const [before, last] = blocks.slice(-2);
    if (before === undefined || last === undefined || last.mean > before.mean) return;
    blocks.splice(-2, 2, blockOf([...before.pairs, ...last.pairs]));
  }
}

/** A pair of label 0.5 is added to every block, so that none reaches 0 or 1: the ends stay the only ones there. */
function blockOf(pairs: readonly CalibrationPair[]): Block {
  const sum = (of: (pair: CalibrationPair) => number) =>
    pairs.reduce((total, pair) => total + weightOf(pair) * of(pair), 0);
  const weight = sum(() => 1);
  return {
    pairs,
    cosine: sum(({ cosine }) => cosine) / weight,
    mean: (sum(({ label }) => label) + 0.5) / (weight + 1),
  };
}

/** Rounding, and cosines at an end, can make two knots of one; the later gives way. */
function risingOf(knots: readonly Knot[]): readonly Knot[] {
  const rising: Knot[] = [];
  let [x, y]: Knot = [-1, 0];
  for (const knot of knots) {
    if (knot[0] <= x || knot[1] <= y || knot[0] >= 1 || knot[1] >= 1) continue;
    rising.push(knot);
    [x, y] = knot;
  }
  return rising;
}

function weightOf({ label }: CalibrationPair): number {
  return label === 1 ? WEIGHT_OF_ANSWER : 1;
}

function round(number: number): number {
  return Number(number.toFixed(DIGITS));
}
