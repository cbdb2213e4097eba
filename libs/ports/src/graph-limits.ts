import { LimitExceeded } from '@mneme/domain';
import type { EntityQuery } from './fact-graph.js';

/** What one query of a graph may ask for. */
export const GRAPH_LIMITS = {
  entitiesMax: 64,
  predicatesMax: 32,
  fanOutMax: 200,
  factsMax: 1_000,
  hopsMax: 4,
} as const;

/** @throws LimitExceeded that names the limit and what was sent. */
export function requireWithinGraphLimits({ entities, predicates = [], fanOut, limit }: EntityQuery): void {
  requireGraphLimit('entitiesMax', entities.length);
  requireGraphLimit('predicatesMax', predicates.length);
  requireGraphLimit('fanOutMax', fanOut);
  requireGraphLimit('factsMax', limit);
}

/** @throws LimitExceeded. */
export function requireGraphLimit(name: keyof typeof GRAPH_LIMITS, sent: number): void {
  const max = GRAPH_LIMITS[name];
  if (sent <= max) return;
  throw new LimitExceeded('more than the graph gives at once', { limit: `${name}=${max}`, sent: String(sent) });
}
