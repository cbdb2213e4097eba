import { z } from 'zod';

const knot = z.tuple([z.number().min(-1).max(1), z.number().min(0).max(1)]);

/** Knots `[cosine, similarity]`, both strictly increasing, from `[-1, 0]` to `[1, 1]`. */
export const calibrationSchema = z.object({
  knots: z
    .array(knot)
    .min(2)
    .refine((knots) => knots[0]?.[0] === -1 && knots[0][1] === 0, 'starts at [-1, 0]')
    .refine((knots) => knots.at(-1)?.[0] === 1 && knots.at(-1)?.[1] === 1, 'ends at [1, 1]')
    .refine((knots) => knots.every(rises), 'rises strictly'),
});

/** A cosine and the similarity that it means. */
export type Knot = readonly [cosine: number, similarity: number];

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
