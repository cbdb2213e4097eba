import type { SessionKey, SourceId, SubjectId, TenantId } from '@mneme/events';
import {
  Conflict,
  type DataKeys,
  Forbidden,
  type IndexKeys,
  type Limits,
  type Principal,
  type ReadScope,
  readScopeOf,
  requireRight,
  sessionKeyOf,
  subjectRef,
  tenantSubjectIdOf,
  Unavailable,
} from '@mneme/domain';
import type { Clock, ErasableStore, SessionStore, Tenant } from '@mneme/ports';
import type { AuthGuard, Keyring } from '@mneme/platform';
import { readSessionName } from './session-input.js';

export interface SessionPorts {
  readonly guard: AuthGuard;
  readonly keyring: Keyring;
  readonly sessionStore: SessionStore & ErasableStore;
  readonly clock: Clock;
}

export interface NamedSession {
  readonly session: string;
  readonly userId?: string | undefined;
}

/** An agent that may write about a session, and under which keys. */
export interface SessionWriting {
  readonly principal: Principal;
  readonly tenantId: TenantId;
  readonly tenant: Tenant;
  readonly indexKeys: IndexKeys;
  readonly subjectId: SubjectId;
  /** False for a session of the tenant itself. */
  readonly hasUser: boolean;
  readonly session: string;
  readonly sessionKey: SessionKey;
  readonly epoch: number;
  readonly keys: DataKeys;
}

/** @throws Forbidden; InvalidInput or LimitExceeded `session`; Conflict `subject-erased`. */
export async function writingOf(
  { guard, keyring }: Pick<SessionPorts, 'guard' | 'keyring'>,
  principal: Principal,
  { named, limits }: { readonly named: NamedSession; readonly limits: Limits },
): Promise<SessionWriting> {
  requireRight(principal, 'ingest');
  const session = readSessionName(named.session, limits);
  const user = await guard.subjectFor(principal, named.userId);
  const { tenantId } = principal;
  const { tenant, indexKeys } = await keyring.tenant(tenantId);
  const subjectId = user ?? tenantSubjectIdOf(indexKeys);
  const access = (await keyring.admit(tenantId, [subjectId])).get(subjectId);
  if (access === undefined) throw new Unavailable('the keys of this user cannot be had now', { field: 'userId' });
  if (access.state !== 'open') throw erased();
  const sessionKey = sessionKeyOf(indexKeys, subjectId, session);
  const { epoch, keys } = access;
  return {
    principal,
    tenantId,
    tenant,
    indexKeys,
    subjectId,
    hasUser: user !== undefined,
    session,
    sessionKey,
    epoch,
    keys,
  };
}

/**
 * Looks at the fence after the store's answer, and takes back what was written for a subject that is fenced by now.
 * @throws Conflict `subject-erased`.
 */
export async function takeBackFenced(
  { keyring, sessionStore }: Pick<SessionPorts, 'keyring' | 'sessionStore'>,
  { tenantId, subjectId, sessionKey, epoch }: SessionWriting,
): Promise<void> {
  const access = (await keyring.openFresh(tenantId, [subjectId])).get(subjectId);
  if (access?.state === 'open' && access.epoch === epoch) return;
  const sources = [sessionKey as string as SourceId];
  await sessionStore.eraseSources(subjectRef(tenantId, subjectId), sources, access?.epoch ?? epoch + 1);
  throw erased();
}

/** What a writer may read where it writes, and so replace. */
export function writerOf({ principal, subjectId, hasUser }: SessionWriting): ReadScope {
  return hasUser ? readScopeOf(principal, subjectId) : readScopeOf(principal);
}

export function foreign(): Forbidden {
  const detail = { field: 'session' };
  return new Forbidden('the task of this session is of another agent, team or department: use another session', detail);
}

export function erased(): Conflict {
  return new Conflict('this user was erased; enrol the user to begin anew', { field: 'userId' }, 'subject-erased');
}
