import { existsSync, readFileSync } from 'node:fs';
import { InvalidInput, type Knot, problemOfKnots } from '@mneme/domain';
import { z } from 'zod';

const knot = z.tuple([z.number().min(-1).max(1), z.number().min(0).max(1)]);

/** What `npm run calibrate` writes: the knots, and the id of the model that they were measured on. */
const calibrationFile = z.object({
  model: z.string().min(1),
  knots: z.array(knot).refine((knots) => problemOfKnots(knots) === undefined),
});

/**
 * The calibration of exactly this model: with another's, a threshold would mean something else.
 * @throws InvalidInput in one line that says what to run.
 */
export function readCalibration(file: string, modelId: string): readonly Knot[] {
  const remedy = 'make one with: npm run calibrate';
  if (!existsSync(file)) throw new InvalidInput(`there is no calibration of ${modelId} at ${file}; ${remedy}`);
  const parsed = calibrationFile.safeParse(jsonOf(file));
  if (!parsed.success) throw new InvalidInput(`${file} is not a calibration; ${remedy}`);
  const { model, knots } = parsed.data;
  if (model !== modelId) throw new InvalidInput(`${file} is the calibration of ${model}, not of ${modelId}; ${remedy}`);
  return knots;
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
