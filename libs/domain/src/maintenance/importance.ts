import type { Importance } from '@mneme/events';
import type { TenantPolicy } from '../policy.js';

/** How important a memory is when it is written: critical by one of its flags, or by the predicate of its fact. */
export function importanceOf(
  { maintenance: { critical } }: TenantPolicy,
  { flags, predicate }: { readonly flags: readonly string[]; readonly predicate?: string },
): Importance {
  const isCritical =
    flags.some((flag) => critical.flags.includes(flag)) ||
    (predicate !== undefined && critical.predicates.includes(predicate));
  return isCritical ? 'critical' : 'normal';
}
