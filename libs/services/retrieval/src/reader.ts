import type { SubjectId, TenantId } from '@mneme/events';
import {
  Conflict,
  type IndexKeys,
  type Principal,
  type ReadScope,
  readScopeOf,
  requireRight,
  tenantSubjectIdOf,
} from '@mneme/domain';
import type { Tenant } from '@mneme/ports';
import type { AuthGuard, Keyring, SubjectAccess } from '@mneme/platform';

/** A caller who may read, and within what. */
export interface Reader {
  readonly principal: Principal;
  readonly tenantId: TenantId;
  readonly tenant: Tenant;
  readonly indexKeys: IndexKeys;
  readonly scope: ReadScope;
  /** The user that the request speaks for, else the tenant itself: where its sessions are. */
  readonly subjectId: SubjectId;
  /** Keys of that subject; undefined for one that nobody has written anything for. */
  readonly access: OpenAccess | undefined;
}

type OpenAccess = SubjectAccess & { readonly state: 'open' };

/**
 * Who asks, and for whom. A fenced user is denied here, before any store is asked.
 * @throws Forbidden; Conflict `subject-erased`.
 */
export async function readerOf(
  { guard, keyring }: { readonly guard: AuthGuard; readonly keyring: Keyring },
  principal: Principal,
  userId: string | undefined,
): Promise<Reader> {
  requireRight(principal, 'recall');
  const named = await guard.subjectFor(principal, userId);
  const { tenantId } = principal;
  const { tenant, indexKeys } = await keyring.tenant(tenantId);
  const subjectId = named ?? tenantSubjectIdOf(indexKeys);
  const access = (await keyring.openFresh(tenantId, [subjectId])).get(subjectId);
  if (access?.state === 'fenced' && named !== undefined) {
    throw new Conflict('this user was erased; enrol the user to begin anew', { field: 'userId' }, 'subject-erased');
  }
  const scope = readScopeOf(principal, named);
  return { principal, tenantId, tenant, indexKeys, scope, subjectId, access: openOf(access) };
}

function openOf(access: SubjectAccess | undefined): OpenAccess | undefined {
  return access?.state === 'open' ? access : undefined;
}
