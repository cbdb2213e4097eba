/** A cosine and the similarity that it means. */
export type Knot = readonly [cosine: number, similarity: number];

/** What is wrong with a calibration's knots, or undefined: both numbers rise strictly, from `[-1, 0]` to `[1, 1]`. */
export function problemOfKnots(knots: readonly Knot[]): string | undefined {
  const [first, last] = [knots[0], knots.at(-1)];
  if (first?.[0] !== -1 || first[1] !== 0) return 'the knots do not start at [-1, 0]';
  if (last?.[0] !== 1 || last[1] !== 1) return 'the knots do not end at [1, 1]';
  return knots.every(rises) ? undefined : 'the knots do not rise strictly';
}

/**
 * The function through the knots, with straight lines between them. A cosine outside -1..1, as rounding makes them, counts
 * as the nearest end; NaN counts as -1.
 */
export function interpolate(knots: readonly Knot[], cosine: number): number {
  const x = Number.isNaN(cosine) ? -1 : Math.min(1, Math.max(-1, cosine));
  const above = knots.findIndex(([at], i) => i > 0 && x <= at);
  const [x0, y0] = knots[above - 1] as Knot;
  const [x1, y1] = knots[above] as Knot;
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

function rises([cosine, similarity]: Knot, i: number, knots: readonly Knot[]): boolean {
  const before = knots[i - 1];
  return before === undefined || (cosine > before[0] && similarity > before[1]);
}
