import type { Audience, DepartmentId, TenantId } from '@mneme/events';
import type { ReadScope } from '@mneme/domain';

/** A condition over the columns that every readable table has, and its named values. */
export interface Predicate {
  readonly sql: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/**
 * What a scope may read, as SQL: the one place that says it. Over all of the scope's audiences or, where the index's
 * order is wanted, over one of them.
 */
export function scopePredicate(scope: ReadScope, audience?: Audience): Predicate {
  return both(tenantPredicate(scope.tenantId), audiencePredicate(scope, audience), departmentPredicate(scope), {
    sql: 'trust >= :minTrust',
    values: { minTrust: scope.minTrust },
  });
}

/**
 * What the segments of the vector index are cut by, as SQL and as the key of its cache. The rest of the scope is
 * `mayReadDepartment` and the trust of each row, applied by the scan.
 */
export function segmentPredicate(tenantId: TenantId, audience: Audience): Predicate {
  return both(tenantPredicate(tenantId), { sql: 'audience = :audience', values: { audience } });
}

export function segmentKeyOf(tenantId: TenantId, audience: Audience, model: string): string {
  return JSON.stringify([tenantId, audience, model]);
}

export function mayReadDepartment(scope: ReadScope, departmentId: DepartmentId | null): boolean {
  return departmentId === null || scope.departmentIds.includes(departmentId);
}

function tenantPredicate(tenantId: TenantId): Predicate {
  return { sql: 'tenant_id = :tenantId', values: { tenantId } };
}

function audiencePredicate(scope: ReadScope, audience: Audience | undefined): Predicate {
  if (audience !== undefined && scope.audiences.includes(audience)) {
    return { sql: 'audience = :audience', values: { audience } };
  }
  const readable = audience === undefined ? scope.audiences : [];
  const values = { audiences: JSON.stringify(readable) };
  return { sql: 'audience IN (SELECT value FROM json_each(:audiences))', values };
}

function departmentPredicate(scope: ReadScope): Predicate {
  return {
    sql: '(department_id IS NULL OR department_id IN (SELECT value FROM json_each(:departmentIds)))',
    values: { departmentIds: JSON.stringify(scope.departmentIds) },
  };
}

function both(...parts: readonly Predicate[]): Predicate {
  return {
    sql: parts.map((part) => part.sql).join(' AND '),
    values: Object.assign({}, ...parts.map((part) => part.values)) as Predicate['values'],
  };
}
