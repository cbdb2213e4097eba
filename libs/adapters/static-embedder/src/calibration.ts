import { problemOfKnots } from '@mneme/domain';
import { z } from 'zod';

const knot = z.tuple([z.number().min(-1).max(1), z.number().min(0).max(1)]);

/** Knots `[cosine, similarity]`, both strictly increasing, from `[-1, 0]` to `[1, 1]`. */
export const calibrationSchema = z.object({
  knots: z.array(knot).refine((knots) => problemOfKnots(knots) === undefined, 'rises strictly from [-1, 0] to [1, 1]'),
});
