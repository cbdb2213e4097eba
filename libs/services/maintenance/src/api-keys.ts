import { randomBytes } from 'node:crypto';
import type { TeamId, TenantId } from '@mneme/events';
import { Conflict, InvalidInput, LimitExceeded, NotFound, secretHashOf } from '@mneme/domain';
import type { AgentRef, ApiKey, Clock, ControlStore } from '@mneme/ports';
import { z } from 'zod';
import { readAgent, readDepartment, readRights, readTeam, readTrust } from './names.js';

export interface RequestedKey {
  readonly agentId: string;
  readonly departmentId?: string | undefined;
  readonly teamIds: readonly string[];
  readonly rights: readonly string[];
  readonly boundUserId?: string | undefined;
  readonly minTrust?: number | undefined;
  readonly expiresAt?: string | undefined;
}

export interface IssuedKey {
  readonly key: ApiKey;
  /** `mneme_<key id>_<secret>`: shown once, never stored. */
  readonly bearer: string;
}

const KEY_ID_BYTES = 8;
const SECRET_BYTES = 32;
const TEAMS_MAX = 64;
const USER_ID_CHARS_MAX = 256;

/**
 * Issues, lists and revokes API keys. A key's agent is registered with it: the department and teams that the request
 * names are set, and an agent that was there keeps the rest.
 */
export class ApiKeys {
  constructor(
    private readonly controlStore: ControlStore,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidInput, LimitExceeded; NotFound when the tenant does not exist. */
  async issue(tenantId: TenantId, request: RequestedKey): Promise<IssuedKey> {
    const agentId = readAgent(request.agentId);
    const rights = readRights(request.rights);
    const minTrust = readTrust(request.minTrust ?? 0);
    const expiry = readExpiry(request.expiresAt);
    const bound = readBoundUser(request.boundUserId);
    await this.register({ tenantId, agentId }, request);
    return this.create({ tenantId, agentId, rights, minTrust, ...expiry, ...bound });
  }

  /** A key that administers the deployment and reads no memory. @throws InvalidInput. */
  async issueOperator(expiresAt?: string): Promise<IssuedKey> {
    return this.create({ rights: ['operate', 'admin'], minTrust: 0, ...readExpiry(expiresAt) });
  }

  listOperators(): Promise<readonly ApiKey[]> {
    return this.controlStore.listOperatorKeys();
  }

  /** In force at the next call. @throws NotFound; Conflict for the last one that is valid: nobody could operate then. */
  async revokeOperator(keyId: string): Promise<void> {
    const keys = await this.controlStore.listOperatorKeys();
    if (!keys.some((key) => key.keyId === keyId))
      throw new NotFound('there is no such operator key', { field: 'keyId' });
    const others = keys.filter((key) => key.keyId !== keyId && this.isValid(key));
    if (others.length === 0) {
      throw new Conflict('this is the last valid operator key: make another one first', { field: 'keyId' });
    }
    await this.controlStore.revokeOperatorKey(keyId, this.now());
  }

  /** In force at the next call. @throws InvalidInput; NotFound, also for another tenant's key. */
  async setRights(tenantId: TenantId, keyId: string, requested: readonly string[]): Promise<ApiKey> {
    await this.controlStore.setKeyRights(tenantId, keyId, readRights(requested));
    const key = await this.controlStore.findApiKey(keyId);
    if (key === undefined) throw new NotFound('there is no such API key', { field: 'keyId' });
    return key;
  }

  list(tenantId: TenantId): Promise<readonly ApiKey[]> {
    return this.controlStore.listApiKeys(tenantId);
  }

  /** In force at the next call. @throws NotFound. */
  revoke(tenantId: TenantId, keyId: string): Promise<void> {
    return this.controlStore.revokeApiKey(tenantId, keyId, this.now());
  }

  private async register(agent: AgentRef, request: RequestedKey): Promise<void> {
    const teamIds = readTeams(request.teamIds);
    const { departmentId } = request;
    const department = departmentId === undefined ? {} : { departmentId: readDepartment(departmentId) };
    const known = await this.controlStore.findAgent(agent.tenantId, agent.agentId);
    const named = teamIds.length === 0 ? {} : { teamIds };
    await this.controlStore.putAgent({ teamIds, ...known, ...agent, ...department, ...named });
  }

  private isValid({ revokedAt, expiresAt }: ApiKey): boolean {
    return revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > this.clock.nowMs());
  }

  private async create(claims: Omit<ApiKey, 'keyId' | 'secretHash' | 'createdAt'>): Promise<IssuedKey> {
    const keyId = randomBytes(KEY_ID_BYTES).toString('hex');
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const key: ApiKey = { ...claims, keyId, secretHash: secretHashOf(secret), createdAt: this.now() };
    await this.controlStore.createApiKey(key);
    return { key, bearer: `mneme_${keyId}_${secret}` };
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

function readTeams(teams: readonly string[]): readonly TeamId[] {
  if (teams.length > TEAMS_MAX) {
    const detail = { field: 'teamIds', limit: `teamsMax=${TEAMS_MAX}`, sent: String(teams.length) };
    throw new LimitExceeded('more teams than the limit', detail);
  }
  return [...new Set(teams.map((team, i) => readTeam(team, `teamIds[${i}]`)))];
}

function readExpiry(expiresAt: string | undefined): { expiresAt?: string } {
  if (expiresAt === undefined) return {};
  if (z.iso.datetime({ offset: true }).safeParse(expiresAt).success) return { expiresAt };
  throw new InvalidInput('a time is an RFC 3339 instant with an offset', { field: 'expiresAt' });
}

function readBoundUser(userId: string | undefined): { boundUserId?: string } {
  if (userId === undefined) return {};
  if (userId !== '' && userId.length <= USER_ID_CHARS_MAX) return { boundUserId: userId };
  const limit = `idCharsMax=${USER_ID_CHARS_MAX}`;
  throw new LimitExceeded('a user id has 1 to 256 characters', { field: 'boundUserId', limit });
}
