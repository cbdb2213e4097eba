import { readFileSync } from 'node:fs';
import { InvalidInput, READING_MODELS, type ReadingModel, TOKENS_PER_ESTIMATE } from '@mneme/domain';
import { z } from 'zod';

const MODELS_MAX = 256;
const FILE_BYTES_MAX = 262_144;

const Model = z.strictObject({
  name: z.string().min(1).max(128),
  windowTokens: z.int().min(1_000).max(100_000_000),
  usdPerMillionTokens: z.number().min(0).max(10_000),
  pricedOn: z.iso.date(),
  tokensPerEstimate: z.number().min(0.25).max(8).default(TOKENS_PER_ESTIMATE),
});
const ModelsFile = z.strictObject({ models: z.array(Model).min(1).max(MODELS_MAX) });

/** The models of the file first, then those that are known without one and that it does not name. */
export function readingModelsIn(file: string | undefined): readonly ReadingModel[] {
  if (file === undefined) return READING_MODELS;
  const own = parseReadingModels(jsonIn(file));
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...READING_MODELS.filter(({ name }) => !names.has(name))];
}

/** @throws InvalidInput naming the field. */
function parseReadingModels(value: unknown): readonly ReadingModel[] {
  const parsed = ModelsFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = (issue?.path ?? []).map(String).join('.');
    throw new InvalidInput(`${field === '' ? 'the whole' : field}: ${issue?.message ?? 'not valid'}`, { field });
  }
  const names = parsed.data.models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidInput(`the model ${twice} is there twice`, { field: 'models' });
  return parsed.data.models;
}

function jsonIn(file: string): unknown {
  const text = textIn(file);
  if (text.length > FILE_BYTES_MAX) throw new Error(`${file} is larger than ${FILE_BYTES_MAX} bytes`);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(`${file} is not JSON`, { cause });
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read`, { cause });
  }
}
