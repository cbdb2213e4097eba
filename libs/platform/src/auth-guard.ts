import { timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import type { AgentId, SubjectId, TenantId } from '@mneme/events';
import {
  createPrincipal,
  Forbidden,
  InvalidInput,
  type Operator,
  type Principal,
  requireRight,
  secretHashOf,
  subjectIdOf,
} from '@mneme/domain';
import type { Agent, ApiKey, Clock, ControlStore, OrganisationStore } from '@mneme/ports';
import type { Keyring } from './keyring.js';

const BEARER = /^[Bb]earer mneme_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const USER_ID_CHARS_MAX = 256;

export interface GuardPorts {
  readonly controlStore: Pick<ControlStore, 'findAgent' | 'findApiKey'>;
  readonly organisationStore: Pick<OrganisationStore, 'grantedTo'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** Makes principals, and is the only one that does. */
export class AuthGuard {
  constructor(private readonly ports: GuardPorts) {}

  /** @throws Forbidden `unauthenticated` for a key that is missing, wrong, revoked or expired, without telling which. */
  async caller(authorization: string | undefined): Promise<Principal | Operator> {
    const key = await this.keyOf(authorization);
    if (key.tenantId === undefined) {
      if (key.rights.includes('operate')) return { keyId: key.keyId, operator: true };
      throw unauthenticated();
    }
    if (key.agentId === undefined) throw unauthenticated();
    const agent = await this.ports.controlStore.findAgent(key.tenantId, key.agentId);
    if (agent === undefined) throw unauthenticated();
    return createPrincipal({
      keyId: key.keyId,
      tenantId: key.tenantId,
      agentId: key.agentId,
      teamIds: agent.teamIds,
      rights: new Set(key.rights),
      minTrust: key.minTrust,
      ...(await this.departmentOf(agent)),
      ...(key.boundUserId === undefined ? {} : { boundUserId: key.boundUserId }),
    });
  }

  /** @throws Forbidden, also for an operator key: it reads and writes no memory. */
  async principal(authorization: string | undefined): Promise<Principal> {
    const caller = await this.caller(authorization);
    if (!('operator' in caller)) return caller;
    throw new Forbidden("the operator key has no memories: use a tenant's key", { field: 'authorization' });
  }

  /** @throws Forbidden for any key but an operator's. */
  async operator(authorization: string | undefined): Promise<Operator> {
    const caller = await this.caller(authorization);
    if ('operator' in caller) return caller;
    throw new Forbidden('this takes the operator key', { field: 'authorization' });
  }

  /**
   * The subject that a request speaks for: the bound user, or the one it names under the right `on-behalf-of`.
   * Undefined when the key is not bound and the request names nobody.
   */
  async subjectFor(principal: Principal, userId?: string): Promise<SubjectId | undefined> {
    const named = this.userFor(principal, userId);
    if (named === undefined) return undefined;
    const { indexKeys } = await this.ports.keyring.tenant(principal.tenantId);
    return subjectIdOf(indexKeys, named);
  }

  /** As `subjectFor`, before the id is hashed. @throws InvalidInput; Forbidden. */
  userFor(principal: Principal, userId?: string): string | undefined {
    const field = 'userId';
    if (userId === '' || (userId?.length ?? 0) > USER_ID_CHARS_MAX) {
      const limit = `idCharsMax=${USER_ID_CHARS_MAX}`;
      throw new InvalidInput('a user id has 1 to 256 characters', { field, limit, sent: `${userId?.length ?? 0}` });
    }
    const { boundUserId } = principal;
    if (boundUserId !== undefined) {
      if (userId === undefined || userId === boundUserId) return boundUserId;
      throw new Forbidden('this key is bound to another user', { field });
    }
    if (userId !== undefined) requireRight(principal, 'on-behalf-of');
    return userId;
  }

  /** For erasure's own look through the read path: reads as an agent that has nothing of its own. */
  verifier(tenantId: TenantId): Principal {
    return createPrincipal({
      keyId: 'verifier',
      tenantId,
      agentId: 'mneme-verifier' as AgentId,
      teamIds: [],
      rights: new Set(['recall']),
      minTrust: 0,
    });
  }

  /** Asked anew at every request: a move or a grant holds from the next one on. */
  private async departmentOf({ tenantId, departmentId }: Agent) {
    if (departmentId === undefined) return {};
    const grantedDepartmentIds = await this.ports.organisationStore.grantedTo(tenantId, departmentId);
    return grantedDepartmentIds.length === 0 ? { departmentId } : { departmentId, grantedDepartmentIds };
  }

  private async keyOf(authorization: string | undefined): Promise<ApiKey> {
    const [, keyId, secret] = BEARER.exec(authorization ?? '') ?? [];
    if (keyId === undefined || secret === undefined) throw unauthenticated();
    const key = await this.ports.controlStore.findApiKey(keyId);
    const sent = Buffer.from(secretHashOf(secret));
    const stored = Buffer.from(key?.secretHash ?? secretHashOf(''));
    if (!timingSafeEqual(sent, stored) || key === undefined) throw unauthenticated();
    const expired = key.expiresAt !== undefined && Date.parse(key.expiresAt) <= this.ports.clock.nowMs();
    if (key.revokedAt !== undefined || expired) throw unauthenticated();
    return key;
  }
}

/** The `authorization` entry of a gRPC call. */
export function authorizationOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  return value?.toString();
}

function unauthenticated(): Forbidden {
  const detail = { field: 'authorization' };
  return new Forbidden('this key is not valid: send "authorization: Bearer mneme_…"', detail, 'unauthenticated');
}
