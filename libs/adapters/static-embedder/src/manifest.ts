import { createHash } from 'node:crypto';
import { z } from 'zod';

const ID_HASH_CHARACTERS = 8;

const file = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** What `manifest.json` says of the files beside it; keys that only people read are left out. */
export const manifestSchema = z.object({
  model: z.string().min(1),
  dimensions: z.int().positive(),
  rows: z.int().positive(),
  preprocessing: z.string().min(1),
  files: z.record(z.string(), file),
});

export type Manifest = z.infer<typeof manifestSchema>;

/**
 * The model's name and a hash over everything that changes its vectors: the table, the vocabulary and the preprocessing.
 * Vectors of two tables therefore never carry the same id.
 */
export function modelIdOf(manifest: Manifest): string {
  const hash = createHash('sha256').update(manifest.preprocessing);
  for (const name of Object.keys(manifest.files).sort()) hash.update(`\n${name} ${manifest.files[name]?.sha256}`);
  return `${manifest.model}@${hash.digest('hex').slice(0, ID_HASH_CHARACTERS)}`;
}
