import type { AgentId, Audience, DepartmentId, SubjectId, TeamId, TenantId } from '@mneme/events';
import { Forbidden } from './errors.js';

export const RIGHTS = ['ingest', 'recall', 'on-behalf-of', 'publish', 'erase', 'admin', 'operate'] as const;
export type Right = (typeof RIGHTS)[number];

declare const principalBrand: unique symbol;
declare const scopeBrand: unique symbol;
declare const refBrand: unique symbol;

/** Who calls: made by the auth guard alone, from a key it has checked. */
export interface Principal {
  readonly [principalBrand]: true;
  readonly keyId: string;
  readonly tenantId: TenantId;
  readonly agentId: AgentId;
  readonly departmentId?: DepartmentId;
  /** Departments that the tenant lets the agent's own department read; none for an agent without a department. */
  readonly grantedDepartmentIds?: readonly DepartmentId[];
  readonly teamIds: readonly TeamId[];
  readonly rights: ReadonlySet<Right>;
  /** Memories below this trust are not returned. */
  readonly minTrust: number;
  /** A user id that the key is bound to; such a key speaks for nobody else. */
  readonly boundUserId?: string;
}

/** The operator administers the deployment and reads no memory: it has no tenant and so no read scope. */
export interface Operator {
  readonly keyId: string;
  readonly operator: true;
}

/** For the auth guard (and test builders) only; a machine check refuses other callers. */
export function createPrincipal(claims: Omit<Principal, typeof principalBrand>): Principal {
  return claims as unknown as Principal;
}

/** @throws Forbidden naming the right that is missing. */
export function requireRight(principal: Principal, right: Right): void {
  if (!principal.rights.has(right)) {
    throw new Forbidden(`this key lacks the right "${right}"`, { field: 'authorization', limit: `right=${right}` });
  }
}

/**
 * What a request may read: tenant AND audience IN (…) AND (departmentId IS NULL OR IN departments). There is no scope
 * for everything, and only a principal makes one.
 */
export interface ReadScope {
  readonly [scopeBrand]: true;
  readonly tenantId: TenantId;
  readonly audiences: readonly Audience[];
  readonly departmentIds: readonly DepartmentId[];
  readonly minTrust: number;
  /** The user that the request speaks for. */
  readonly subjectId?: SubjectId;
}

/**
 * Own agent, own teams, the organisation, and the user's own records when the request speaks for a user; of these what
 * carries no department, the agent's own or one that its own was granted.
 */
export function readScopeOf(principal: Principal, subjectId?: SubjectId): ReadScope {
  const audiences = [
    ...(subjectId === undefined ? [] : [`u:${subjectId}`]),
    `a:${principal.agentId}`,
    ...[...principal.teamIds].sort().map((team) => `t:${team}`),
    'o',
  ] as Audience[];
  return {
    tenantId: principal.tenantId,
    audiences,
    departmentIds: departmentsOf(principal),
    minTrust: principal.minTrust,
    ...(subjectId === undefined ? {} : { subjectId }),
  } as unknown as ReadScope;
}

// In a fixed order: the same rights give the same query, whatever order the grants were made in.
function departmentsOf({ departmentId, grantedDepartmentIds = [] }: Principal): readonly DepartmentId[] {
  if (departmentId === undefined) return [];
  return [departmentId, ...[...new Set(grantedDepartmentIds)].filter((id) => id !== departmentId).sort()];
}

export interface Readable {
  readonly tenantId: TenantId;
  readonly audience: Audience;
  readonly departmentId?: DepartmentId | undefined;
}

/** The second look at every record on its way out; a record that fails it is an alarm, not a result. */
export function mayRead(scope: ReadScope, record: Readable): boolean {
  return (
    record.tenantId === scope.tenantId &&
    scope.audiences.includes(record.audience) &&
    (record.departmentId === undefined || scope.departmentIds.includes(record.departmentId))
  );
}

/** Names one subject to sweeps and counts. */
export interface SubjectRef {
  readonly [refBrand]: 'subject';
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
}

/** Names one tenant to digests. */
export interface TenantRef {
  readonly [refBrand]: 'tenant';
  readonly tenantId: TenantId;
}

export function subjectRef(tenantId: TenantId, subjectId: SubjectId): SubjectRef {
  return { tenantId, subjectId } as unknown as SubjectRef;
}

export function tenantRef(tenantId: TenantId): TenantRef {
  return { tenantId } as unknown as TenantRef;
}
