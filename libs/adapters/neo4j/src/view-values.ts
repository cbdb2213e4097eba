import type { ReadScope } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { scopeValues } from './scope-predicate.js';

/** The values that every read of facts names. */
export function viewValues(scope: ReadScope, { nowMs, validAtMs, knownAt, confidenceMin }: GraphView) {
  const view = { nowMs, validAtMs, knownAt, confidenceMin };
  return { ...scopeValues(scope), ...view, never: Number.MAX_SAFE_INTEGER };
}
