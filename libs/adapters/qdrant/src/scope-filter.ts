import type { ReadScope, SubjectRef, TenantRef } from '@mneme/domain';
import type { IndexFilter, MemoryFilter } from '@mneme/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import { departmentValuesOf, placeOf } from './point-payload.js';

export type Condition = Schemas['Condition'];
export type Filter = Schemas['Filter'];

/** What a scope may read: the one place that says it. Every read of a request has it within its filter. */
export function scopeConditions({ tenantId, audiences, departmentIds }: ReadScope): Condition[] {
  const places = audiences.map((audience) => placeOf(tenantId, audience));
  const departments = departmentValuesOf(departmentIds);
  return [is('tenantId', tenantId), isOneOf('place', places), isOneOf('departmentId', departments)];
}

/** What sweeps, counts and probes are of. */
export function subjectConditions({ tenantId, subjectId }: SubjectRef): Condition[] {
  return [is('tenantId', tenantId), is('subjectId', subjectId)];
}

export function tenantConditions({ tenantId }: Pick<TenantRef, 'tenantId'>): Condition[] {
  return [is('tenantId', tenantId)];
}

/** Trust, and what the filter wants; undefined when it wants one of no values, which nothing is. */
export function wantedConditions({ minTrust }: ReadScope, filter: IndexFilter): Condition[] | undefined {
  const conditions: Condition[] = [
    { key: 'trust', range: { gte: minTrust } },
    { key: 'confidence', range: { gte: filter.confidenceMin } },
    { key: 'expiresAtMs', range: { gt: filter.nowMs } },
  ];
  for (const [field, key] of LISTS) {
    const values = filter[field];
    if (values?.length === 0) return undefined;
    if (values !== undefined) conditions.push(isOneOf(key, values));
  }
  const { occurredFromMs: gte, occurredToMs: lt } = filter;
  if (gte !== undefined) conditions.push({ key: 'occurredAtMs', range: { gte } });
  if (lt !== undefined) conditions.push({ key: 'occurredAtMs', range: { lt } });
  return conditions;
}

export function is(key: string, value: string | number): Condition {
  return { key, match: { value } };
}

export function isOneOf(key: string, values: readonly string[]): Condition {
  return { key, match: { any: [...values] } };
}

const LISTS = [
  ['kinds', 'kind'],
  ['flags', 'flags'],
  ['sessionKeys', 'sessionKey'],
  ['agentIds', 'agentId'],
  ['teamIds', 'teamId'],
  ['sourceIds', 'sourceId'],
] as const satisfies readonly (readonly [keyof MemoryFilter, string])[];
