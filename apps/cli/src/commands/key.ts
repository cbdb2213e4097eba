import { bearerOf, type CreateKeyResponse, InvalidInput, type KeyRole } from '@mneme/client';
import { collected, share } from '../arguments.js';
import { minute, table } from '../format.js';
import type { Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

interface OwnerFlags extends TenantFlags {
  readonly operator?: boolean;
}

interface CreateFlags extends OwnerFlags {
  readonly agent?: string;
  readonly right?: readonly string[];
  readonly team?: readonly string[];
  readonly department?: string;
  readonly user?: string;
  readonly minTrust?: number;
  readonly expires?: string;
}

const RIGHT_HELP = 'ingest, recall, on-behalf-of, publish, erase or admin; repeatable';
const OPERATOR_HELP = "keys of operators in place of a tenant's (operator key)";

export function addKey(shelf: Shelf): void {
  const parent = shelf.program.command('key').description('API keys, of a tenant or of operators');
  addCreate(shelf, parent);

  addList(shelf, parent);
  addRevoke(shelf, parent);
  addRights(shelf, parent);
}

function addList(shelf: Shelf, parent: Shelf['program']): void {
  const list = leaf(shelf, 'list', { parent })
    .description('list keys')
    .option('--tenant <id>', TENANT_HELP)
    .option('--operator', OPERATOR_HELP);
  does<OwnerFlags>(shelf, list, async (invocation, _words, flags) => {
    const { admin } = invocation.connect(ownerRole(flags));
    const { keys } = await (flags.operator === true ? admin.listOperatorKeys({}) : admin.listKeys(named(flags)));
    const rows = keys.map((key) => [key.keyId, key.agentId, key.rights.join(','), minute(key.createdAt), stateOf(key)]);
    return { json: { keys }, lines: table(['key', 'agent', 'rights', 'created', 'state'], rows) };
  });
}

function addRevoke(shelf: Shelf, parent: Shelf['program']): void {
  const revoke = leaf(shelf, 'revoke <keyId>', { parent })
    .description('revoke a key, from its next call on; the last valid operator key stays')
    .option('--tenant <id>', TENANT_HELP)
    .option('--operator', OPERATOR_HELP);
  does<OwnerFlags>(shelf, revoke, async (invocation, [keyId = ''], flags) => {
    const { admin } = invocation.connect(ownerRole(flags));
    await (flags.operator === true ? admin.revokeOperatorKey({ keyId }) : admin.revokeKey({ keyId, ...named(flags) }));
    return { json: { keyId, revoked: true }, lines: [`key ${keyId} is revoked`] };
  });
}

function addRights(shelf: Shelf, parent: Shelf['program']): void {
  const rights = leaf(shelf, 'rights <keyId>', { parent })
    .description('replace the rights of a key, from its next call on')
    .requiredOption('--right <right>', RIGHT_HELP, collected)
    .option('--tenant <id>', TENANT_HELP);
  does<TenantFlags & { right: readonly string[] }>(shelf, rights, async (invocation, [keyId = ''], flags) => {
    const request = { keyId, rights: [...flags.right], ...named(flags) };
    const key = await invocation.connect(roleFor(flags)).admin.setKeyRights(request);
    return { json: { key }, lines: [`key ${key.keyId}: ${key.rights.join(', ')}`] };
  });
}

function addCreate(shelf: Shelf, parent: Shelf['program']): void {
  const create = leaf(shelf, 'create', { parent })
    .description('make a key; it is shown once')
    .option('--operator', 'a key that administers the deployment and reads no memory (operator key)')
    .option('--agent <name>', 'the agent that will use it')
    .option('--right <right>', RIGHT_HELP, collected)
    .option('--tenant <id>', TENANT_HELP)
    .option('--team <name>', 'a team of the agent; repeatable', collected)
    .option('--department <name>', 'the department of the agent')
    .option('--user <id>', 'bind the key to one user')
    .option('--min-trust <share>', 'memories below are not returned, 0 to 1', share)
    .option('--expires <instant>', 'RFC 3339, such as 2027-01-01T00:00:00Z');
  does<CreateFlags>(shelf, create, async (invocation, _words, flags) => {
    const created = await (flags.operator === true ? operatorKey(invocation, flags) : tenantKey(invocation, flags));
    const bearer = bearerOf(created);
    const lines = [bearer, 'keep it now: only its hash is stored, and it is not shown again'];
    return { json: { key: created.key, bearer }, lines };
  });
}

function operatorKey(invocation: Invocation, { expires }: CreateFlags): Promise<CreateKeyResponse> {
  const { admin } = invocation.connect('operator');
  return admin.createOperatorKey(expires === undefined ? {} : { expiresAt: expires });
}

async function tenantKey(invocation: Invocation, flags: CreateFlags): Promise<CreateKeyResponse> {
  const { agent, right, team, department, user, minTrust, expires } = flags;
  if (agent === undefined) throw new InvalidInput('a key of a tenant names its agent: --agent', { field: 'agent' });
  if (right === undefined) throw new InvalidInput('a key has at least one right: --right', { field: 'right' });
  return invocation.connect(roleFor(flags)).admin.createKey({
    ...named(flags),
    agentId: agent,
    rights: [...right],
    teamIds: [...(team ?? [])],
    ...(department === undefined ? {} : { departmentId: department }),
    ...(user === undefined ? {} : { boundUserId: user }),
    ...(minTrust === undefined ? {} : { minTrust }),
    ...(expires === undefined ? {} : { expiresAt: expires }),
  });
}

function ownerRole(flags: OwnerFlags): KeyRole {
  return flags.operator === true ? 'operator' : roleFor(flags);
}

function stateOf(key: { readonly expiresAt?: string | undefined; readonly revokedAt?: string | undefined }): string {
  if (key.revokedAt !== undefined) return `revoked ${minute(key.revokedAt)}`;
  if (key.expiresAt === undefined) return 'active';
  return `${Date.parse(key.expiresAt) <= Date.now() ? 'expired' : 'until'} ${minute(key.expiresAt)}`;
}
