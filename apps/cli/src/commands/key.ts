import { bearerOf, type KeyRole } from '@mneme/client';
import { collected, share } from '../arguments.js';
import { minute, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface KeyFlags {
  readonly tenant?: string;
}

interface CreateFlags extends KeyFlags {
  readonly agent: string;
  readonly right: readonly string[];
  readonly team?: readonly string[];
  readonly department?: string;
  readonly user?: string;
  readonly minTrust?: number;
  readonly expires?: string;
}

const TENANT_HELP = 'whose keys (operator key); absent: the tenant of the key in use';

export function addKey(shelf: Shelf): void {
  const parent = shelf.program.command('key').description('API keys of a tenant');
  addCreate(shelf, parent);

  const list = leaf(shelf, 'list', { parent }).description('list keys').option('--tenant <id>', TENANT_HELP);
  does<KeyFlags>(shelf, list, async (invocation, _words, { tenant }) => {
    const { keys } = await invocation.connect(roleFor(tenant)).admin.listKeys(named(tenant));
    const rows = keys.map((key) => [key.keyId, key.agentId, key.rights.join(','), minute(key.createdAt), stateOf(key)]);
    return { json: { keys }, lines: table(['key', 'agent', 'rights', 'created', 'state'], rows) };
  });

  const revoke = leaf(shelf, 'revoke <keyId>', { parent })
    .description('revoke a key, from its next call on')
    .option('--tenant <id>', TENANT_HELP);
  does<KeyFlags>(shelf, revoke, async (invocation, [keyId = ''], { tenant }) => {
    await invocation.connect(roleFor(tenant)).admin.revokeKey({ keyId, ...named(tenant) });
    return { json: { keyId, revoked: true }, lines: [`key ${keyId} is revoked`] };
  });
}

function addCreate(shelf: Shelf, parent: Shelf['program']): void {
  const create = leaf(shelf, 'create', { parent })
    .description('make a key; it is shown once')
    .requiredOption('--agent <name>', 'the agent that will use it')
    .requiredOption('--right <right>', 'ingest, recall, on-behalf-of, publish, erase or admin; repeatable', collected)
    .option('--tenant <id>', TENANT_HELP)
    .option('--team <name>', 'a team of the agent; repeatable', collected)
    .option('--department <name>', 'the department of the agent')
    .option('--user <id>', 'bind the key to one user')
    .option('--min-trust <share>', 'memories below are not returned, 0 to 1', share)
    .option('--expires <instant>', 'RFC 3339, such as 2027-01-01T00:00:00Z');
  does<CreateFlags>(shelf, create, async (invocation, _words, flags) => {
    const { tenant, agent, right, team, department, user, minTrust, expires } = flags;
    const created = await invocation.connect(roleFor(tenant)).admin.createKey({
      ...named(tenant),
      agentId: agent,
      rights: [...right],
      teamIds: [...(team ?? [])],
      ...(department === undefined ? {} : { departmentId: department }),
      ...(user === undefined ? {} : { boundUserId: user }),
      ...(minTrust === undefined ? {} : { minTrust }),
      ...(expires === undefined ? {} : { expiresAt: expires }),
    });
    const bearer = bearerOf(created);
    const lines = [bearer, 'keep it now: only its hash is stored, and it is not shown again'];
    return { json: { key: created.key, bearer }, lines };
  });
}

function roleFor(tenant: string | undefined): KeyRole {
  return tenant === undefined ? 'agent' : 'operator';
}

function named(tenantId: string | undefined) {
  return tenantId === undefined ? {} : { tenantId };
}

function stateOf(key: { readonly expiresAt?: string | undefined; readonly revokedAt?: string | undefined }): string {
  if (key.revokedAt !== undefined) return `revoked ${minute(key.revokedAt)}`;
  if (key.expiresAt === undefined) return 'active';
  return `${Date.parse(key.expiresAt) <= Date.now() ? 'expired' : 'until'} ${minute(key.expiresAt)}`;
}
