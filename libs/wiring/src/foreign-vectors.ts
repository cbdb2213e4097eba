import type { Embedder } from '@mneme/ports';

const REMEDIES = {
  embedded: 'run `mneme replay --switch`, or configure the model of before',
  distributed: 'configure the model of before, or embed them anew as docs/distributed.md says',
} as const;

interface Vectors {
  vectorModels(): readonly string[];
  readonly embedder?: Embedder | undefined;
}

/** What to say while the stores have vectors of a model that questions are not asked in: those are not found by them. */
export function foreignVectors({ vectorModels, embedder }: Vectors, profile: keyof typeof REMEDIES): readonly string[] {
  if (embedder === undefined) return [];
  const { id } = embedder.model;
  const others = vectorModels().filter((model) => model !== id);
  if (others.length === 0) return [];
  return [
    `memories that were embedded with ${others.join(', ')} are not found: questions are embedded with ${id}; ` +
      REMEDIES[profile],
  ];
}
