import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { AgentId, DepartmentId, type SubjectId, TeamId, TenantId } from '@mneme/events';
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
import type { Agent, ApiKey, Clock, ControlStore, IssuerStore, OrganisationStore } from '@mneme/ports';
import type { TokenIdentity, TokenVerifier } from './jwt/token-verifier.js';
import type { Keyring } from './keyring.js';

const BEARER = /^[Bb]earer mneme_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const TOKEN = /^[Bb]earer ([\w-]+\.[\w-]+\.[\w-]*)$/;
const USER_ID_CHARS_MAX = 256;

export interface GuardPorts {
  readonly controlStore: Pick<ControlStore, 'findAgent' | 'findApiKey'>;
  readonly organisationStore: Pick<OrganisationStore, 'grantedTo' | 'hasDepartment' | 'hasTeam'>;
  /** Both absent: keys alone are taken. */
  readonly issuerStore?: Pick<IssuerStore, 'findIssuer'>;
  readonly tokens?: TokenVerifier;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** Makes principals, and is the only one that does. */
export class AuthGuard {
  constructor(private readonly ports: GuardPorts) {}

  /**
   * @throws Forbidden `unauthenticated`: for a key that is missing, wrong, revoked or expired without telling which, for
   * a token with its reason; Unavailable when the keys of a token's issuer cannot be had.
   */
  async caller(authorization: string | undefined): Promise<Principal | Operator> {
    const [, token] = TOKEN.exec(authorization ?? '') ?? [];
    const { tokens } = this.ports;
    if (token !== undefined && tokens?.isOn === true) return this.holderOf(token, tokens);
    return this.ownerOf(authorization);
  }

  private async ownerOf(authorization: string | undefined): Promise<Principal | Operator> {
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

  /** A token never operates, and is worth no more than its tenant lets its issuer say. */
  private async holderOf(token: string, tokens: TokenVerifier): Promise<Principal> {
    const identity = await tokens.verify(token);
    const tenantId = TenantId.safeParse(identity.tenantId);
    const allowed = tenantId.success
      ? await this.ports.issuerStore?.findIssuer(tenantId.data, identity.issuer)
      : undefined;
    if (allowed === undefined) throw tokens.refusal('tenant');
    const agent = await this.placeOf(allowed.tenantId, identity);
    if (agent === undefined) throw tokens.refusal('agent');
    return createPrincipal({
      keyId: holderIdOf(identity),
      tenantId: allowed.tenantId,
      agentId: agent.agentId,
      teamIds: agent.teamIds,
      rights: new Set(identity.rights.filter((right) => right !== 'operate' && allowed.rights.includes(right))),
      minTrust: Math.max(identity.minTrust, allowed.minTrust),
      ...(await this.departmentOf(agent)),
      ...(identity.userId === undefined ? {} : { boundUserId: identity.userId }),
    });
  }

  /** The registered agent, placed where the token says if it does; undefined when one of these is not registered. */
  private async placeOf(tenantId: TenantId, identity: TokenIdentity): Promise<Agent | undefined> {
    const { controlStore, organisationStore } = this.ports;
    const agentId = AgentId.safeParse(identity.agentId);
    const agent = agentId.success ? await controlStore.findAgent(tenantId, agentId.data) : undefined;
    if (agent === undefined) return undefined;
    const department = DepartmentId.optional().safeParse(identity.departmentId);
    const teams = TeamId.array().optional().safeParse(identity.teamIds);
    if (!department.success || !teams.success) return undefined;
    const { data: departmentId = agent.departmentId } = department;
    if (departmentId !== undefined && !(await organisationStore.hasDepartment(tenantId, departmentId)))
      return undefined;
    for (const team of teams.data ?? []) if (!(await organisationStore.hasTeam(tenantId, team))) return undefined;
    const place = departmentId === undefined ? {} : { departmentId };
    return { ...agent, ...place, teamIds: teams.data ?? agent.teamIds };
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

/** Names the holder in reports, the same at every token, without saying who it is. */
function holderIdOf({ issuer, holder }: TokenIdentity): string {
  return `jwt-${createHash('sha256')
    .update(JSON.stringify([issuer, holder]))
    .digest('hex')
    .slice(0, 16)}`;
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
