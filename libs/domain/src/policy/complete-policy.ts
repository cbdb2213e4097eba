import { DEFAULT_POLICY, type TenantPolicy } from '../policy.js';

/** A policy as it was stored, perhaps by an older release: fields that it does not know yet have their defaults. */
export function completePolicy(stored: object): TenantPolicy {
  return completed(DEFAULT_POLICY, stored) as unknown as TenantPolicy;
}

function completed(whole: object, part: object): object {
  const fields = Object.entries(whole).map(([name, value]: [string, unknown]) => {
    const given = (part as Readonly<Record<string, unknown>>)[name];
    if (given === undefined) return [name, value];
    return [name, isGroup(value) && isObject(given) ? completed(value, given) : given];
  });
  return Object.fromEntries(fields) as object;
}

/** With fields of its own; one that is empty by default holds names that a tenant chooses. */
function isGroup(value: unknown): value is object {
  return isObject(value) && Object.keys(value).length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
