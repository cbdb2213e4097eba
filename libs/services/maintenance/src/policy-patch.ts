import { Forbidden, InvalidInput, type TenantPolicy } from '@mneme/domain';
import type { Tenant } from '@mneme/ports';
import type { z } from 'zod';
import { policyBounds, PolicyPatch } from './policy-schema.js';

type Fields = Readonly<Record<string, unknown>>;

const REPLACED_AS_A_WHOLE: ReadonlySet<string> = new Set<keyof TenantPolicy>(['toolReliability']);

/** @throws InvalidInput naming the field that is unknown or out of range. */
export function patchedPolicy(
  { policy, purpose }: Pick<Tenant, 'policy' | 'purpose'>,
  patchJson: string,
): TenantPolicy {
  const parsed = PolicyPatch.safeParse(jsonOf(patchJson), { reportInput: true });
  if (!parsed.success) throw refusalOf(parsed.error);
  const patch = parsed.data;
  if (patch.keepAll === true && purpose !== 'evaluation') {
    throw new InvalidInput('only a tenant made for evaluation may keep all', { field: 'policy.keepAll' });
  }
  const changed = Object.entries(patch as Fields).map(([name, given]) => {
    const before = (policy as unknown as Fields)[name];
    if (given === undefined || REPLACED_AS_A_WHOLE.has(name)) return [name, given ?? before];
    return [name, isObject(before) && isObject(given) ? merged(before, given) : given];
  });
  return { ...policy, ...(Object.fromEntries(changed) as Partial<TenantPolicy>) };
}

/**
 * A tenant tightens what it may cost: lower limits, lower budgets. To loosen them is the operator's.
 * @throws Forbidden naming the field.
 */
export function refuseLoosened(before: TenantPolicy, after: TenantPolicy): void {
  const bounds = new Map(costsOf(before));
  for (const [path, value] of costsOf(after)) {
    const bound = bounds.get(path) ?? Infinity;
    if ((value ?? Infinity) <= bound) continue;
    const limit = `${path.slice(path.indexOf('.') + 1)}=${bound}`;
    throw new Forbidden('a tenant may lower this; only the operator raises it', {
      field: `policy.${path}`,
      limit,
      sent: String(value),
    });
  }
}

/** What costs the operator, by the field's whole name. */
function costsOf({ limits, budgets, models }: TenantPolicy): readonly (readonly [string, number | null])[] {
  const named = (group: string, values: object) =>
    Object.entries(values as Readonly<Record<string, number | null>>).map(
      ([name, value]) => [`${group}.${name}`, value] as const,
    );
  const { tokensPerDay } = models;
  return [...named('limits', limits), ...named('budgets', budgets), ...named('models', { tokensPerDay })];
}

function refusalOf({ issues: [issue] }: z.ZodError): InvalidInput {
  const steps = (issue?.path ?? []).map(printable);
  const path = steps.join('.');
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const name = [...steps, printable(key)].join('.');
    return new InvalidInput('the policy has no such field: `mneme policy explain` lists them', {
      field: `policy.${name}`,
    });
  }
  const all = policyBounds();
  const bounds = all.get(path) ?? all.get(steps.slice(0, -1).join('.'));
  const sent = typeof issue?.input === 'number' ? { sent: String(issue.input) } : { sent: `a ${typeof issue?.input}` };
  const expected = bounds === undefined ? 'a value of another form' : bounds;
  const limit = bounds === undefined ? {} : { limit: bounds };
  return new InvalidInput(`the policy is not valid: ${expected} is expected`, {
    field: ['policy', ...(path === '' ? [] : [path])].join('.'),
    ...limit,
    ...sent,
  });
}

/** A name that was sent, unless it may be anything else. */
function printable(step: PropertyKey): string {
  const name = String(step);
  return /^[\w.-]{1,64}$/.test(name) ? name : '(unnamed)';
}

function merged(whole: object, patch: object): object {
  const given = Object.entries(patch as Fields).filter(([, value]) => value !== undefined);
  const fields = given.map(([name, value]) => {
    const before = (whole as Fields)[name];
    return [name, isObject(before) && isObject(value) ? merged(before, value) : value];
  });
  return { ...whole, ...(Object.fromEntries(fields) as object) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidInput('the policy is not JSON', { field: 'policy' });
  }
}
