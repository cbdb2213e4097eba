import { Forbidden } from '../errors.js';
import { type Principal, type Readable, readScopeOf } from '../principal.js';
import type { Audience, CommandBounds, SubjectId } from '@mneme/events';

/**
 * Who may change what, of what the principal may read: its user's memories and its own agent's always, those of a team or
 * of the whole tenant with the right `publish`, what another department wrote never, granted or not.
 * @throws Forbidden naming what is missing.
 */
export function refuseForeignChange(principal: Principal, memory: Readable): void {
  const field = 'memoryId';
  if (memory.departmentId !== undefined && memory.departmentId !== principal.departmentId) {
    throw new Forbidden('a memory of another department is read under a grant, and never changed', { field });
  }
  if (!isShared(memory.audience) || principal.rights.has('publish')) return;
  const detail = { field, limit: 'right=publish' };
  throw new Forbidden('this key lacks the right "publish", which memories of a team or of the tenant need', detail);
}

/** The same rule for memories that nobody has looked at yet. */
export function changeBoundsOf(principal: Principal, subjectId: SubjectId | undefined): CommandBounds {
  const { audiences } = readScopeOf(principal, subjectId);
  const isOpen = (audience: Audience) => !isShared(audience) || principal.rights.has('publish');
  const { departmentId } = principal;
  return { audiences: audiences.filter(isOpen), ...(departmentId === undefined ? {} : { departmentId }) };
}

/** Whether more than one agent and one user can see it. */
function isShared(audience: Audience): boolean {
  return audience === 'o' || audience.startsWith('t:');
}
