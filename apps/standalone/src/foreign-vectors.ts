import type { Engines } from '@mneme/wiring';

/** What to say while the live stores have vectors of a model that questions are not asked in: those are not found by them. */
export function foreignVectors({
  vectorModels,
  embedder,
}: Pick<Engines, 'vectorModels' | 'embedder'>): readonly string[] {
  const { id } = embedder.model;
  const others = vectorModels().filter((model) => model !== id);
  if (others.length === 0) return [];
  return [
    `memories that were embedded with ${others.join(', ')} are not found: questions are embedded with ${id}; ` +
      'run `mneme replay --switch`, or configure the model of before',
  ];
}
