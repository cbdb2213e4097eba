import { randomBytes } from 'node:crypto';
import { AgentId, DepartmentId, TeamId, type TenantId } from '@mneme/events';
import { InvalidInput, LimitExceeded, type Right, RIGHTS, secretHashOf } from '@mneme/domain';
import type { ApiKey, Clock, ControlStore } from '@mneme/ports';
import { z } from 'zod';

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
const TENANT_RIGHTS: readonly Right[] = RIGHTS.filter((right) => right !== 'operate');

/** Issues, lists and revokes API keys. A key's agent is registered with it, with its department and teams. */
export class ApiKeys {
  constructor(
    private readonly controlStore: ControlStore,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidInput, LimitExceeded; NotFound when the tenant does not exist. */
  async issue(tenantId: TenantId, request: RequestedKey): Promise<IssuedKey> {
    const agentId = readName(AgentId, request.agentId, 'agentId');
    const teamIds = readTeams(request.teamIds);
    const rights = readRights(request.rights);
    const minTrust = readTrust(request.minTrust ?? 0);
    const expiry = readExpiry(request.expiresAt);
    const bound = readBoundUser(request.boundUserId);
    const department =
      request.departmentId === undefined
        ? {}
        : { departmentId: readName(DepartmentId, request.departmentId, 'departmentId') };
    await this.controlStore.putAgent({ tenantId, agentId, teamIds, ...department });
    return this.create({ tenantId, agentId, rights, minTrust, ...expiry, ...bound });
  }

  /** A key that administers the deployment and reads no memory. */
  issueOperator(): Promise<IssuedKey> {
    return this.create({ rights: ['operate', 'admin'], minTrust: 0 });
  }

  list(tenantId: TenantId): Promise<readonly ApiKey[]> {
    return this.controlStore.listApiKeys(tenantId);
  }

  /** In force at the next call. @throws NotFound. */
  revoke(tenantId: TenantId, keyId: string): Promise<void> {
    return this.controlStore.revokeApiKey(tenantId, keyId, this.now());
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

function readName<S extends z.ZodType<string>>(schema: S, value: string, field: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput('a name has letters, digits, ".", "_" and "-", at most 63', { field });
}

function readTeams(teams: readonly string[]): readonly TeamId[] {
  if (teams.length > TEAMS_MAX) {
    const detail = { field: 'teamIds', limit: `teamsMax=${TEAMS_MAX}`, sent: String(teams.length) };
    throw new LimitExceeded('more teams than the limit', detail);
  }
  return teams.map((team, i) => readName(TeamId, team, `teamIds[${i}]`));
}

function readRights(rights: readonly string[]): readonly Right[] {
  if (rights.length === 0) throw new InvalidInput('a key has at least one right', { field: 'rights' });
  return [...new Set(rights)].map((right, i) => {
    const known = TENANT_RIGHTS.find((one) => one === right);
    if (known !== undefined) return known;
    throw new InvalidInput(`a right is one of ${TENANT_RIGHTS.join(', ')}`, { field: `rights[${i}]` });
  });
}

function readTrust(minTrust: number): number {
  if (minTrust >= 0 && minTrust <= 1) return minTrust;
  throw new InvalidInput('a trust is from 0 to 1', { field: 'minTrust', sent: String(minTrust) });
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
