import type { ReadScope } from '@mneme/domain';
import type { NamedValues } from './named-statements.js';

/** Of the columns that every readable table has; alone where the rest of the scope is asked of the row that it finds. */
export const OF_TENANT = 'tenant_id = :tenantId';

const OF_AUDIENCE = 'audience = ANY (:audiences::text[])';
const OF_DEPARTMENT = '(department_id IS NULL OR department_id = ANY (:departmentIds::text[]))';
const OF_TRUST = 'trust >= :minTrust';

/** What a scope may read, as SQL: the one place that says it. */
export const READABLE = [OF_TENANT, OF_AUDIENCE, OF_DEPARTMENT, OF_TRUST].join(' AND ');

/** The same of one of the scope's audiences, `readable.audience`, where the order of the index is wanted. */
export const READABLE_IN_ORDER = [OF_TENANT, 'audience = readable.wanted', OF_DEPARTMENT, OF_TRUST].join(' AND ');

/** The audiences that `READABLE_IN_ORDER` goes through. */
export const EACH_AUDIENCE = '(SELECT DISTINCT unnest(:audiences::text[]) AS wanted) AS readable';

export function scopeValues({ tenantId, audiences, departmentIds, minTrust }: ReadScope): NamedValues {
  return { tenantId, audiences, departmentIds, minTrust };
}
