import { DEFAULT_POLICY, EVALUATION_POLICY, POLICY_ABOUT } from '@mneme/domain';
import type { Tenant } from '@mneme/ports';
import type { PolicyField } from '@mneme/proto';
import { policyBounds } from './policy-schema.js';

/** Every field of a tenant's policy: its value, what it is when nobody sets it, what it may be and what it does. */
export function explainedPolicy({ policy, purpose }: Pick<Tenant, 'policy' | 'purpose'>): PolicyField[] {
  const defaults = purpose === 'evaluation' ? EVALUATION_POLICY : DEFAULT_POLICY;
  return [...policyBounds()].map(([name, bounds]) => ({
    name,
    value: JSON.stringify(valueAt(policy, name)),
    defaultValue: JSON.stringify(valueAt(defaults, name)),
    bounds,
    about: POLICY_ABOUT[name] ?? POLICY_ABOUT[name.slice(0, name.lastIndexOf('.'))] ?? '',
  }));
}

function valueAt(policy: object, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((value, step) => (value as Readonly<Record<string, unknown>> | null)?.[step] ?? null, policy);
}
