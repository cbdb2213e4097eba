import { Option } from 'commander';
import { type Connection, NotFound, type Tenant } from '@mneme/client';
import { jsonObject } from '../arguments.js';
import { minute, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';

const TENANTS_MAX = 10_000;

export function addTenant(shelf: Shelf): void {
  const parent = shelf.program.command('tenant').description('tenants, the hard walls (operator key)');

  const create = leaf(shelf, 'create <id>', { parent })
    .description('make a tenant')
    .addOption(new Option('--purpose <purpose>', 'for good').choices(['standard', 'evaluation']).default('standard'));
  does<{ purpose: string }>(shelf, create, async (invocation, [tenantId = ''], { purpose }) => {
    const tenant = await invocation.connect('operator').admin.createTenant({ tenantId, purpose });
    const next = `mneme key create --tenant ${tenant.tenantId} --agent <name> --right ingest --right recall`;
    return { json: viewOf(tenant), lines: [`tenant ${tenant.tenantId} (${tenant.purpose})`, `next: ${next}`] };
  });

  const list = leaf(shelf, 'list', { parent }).description('list tenants');
  does(shelf, list, async (invocation) => {
    const tenants = await allTenants(invocation.connect('operator'));
    const rows = tenants.map(({ tenantId, purpose, createdAt }) => [tenantId, purpose, minute(createdAt)]);
    return { json: { tenants: tenants.map(viewOf) }, lines: table(['tenant', 'purpose', 'created'], rows) };
  });

  const policy = leaf(shelf, 'policy <id>', { parent })
    .argument('[changes]', 'fields to change, as JSON: \'{"similarityMin":0.8}\'', jsonObject)
    .description("show a tenant's policy, or change it");
  does(shelf, policy, async (invocation, [tenantId = '', changes]) => {
    const connection = invocation.connect('operator');
    const tenant =
      changes === undefined
        ? await findTenant(connection, tenantId)
        : await connection.admin.setPolicy({ tenantId, policyJson: changes });
    const view = viewOf(tenant);
    return { json: view, lines: JSON.stringify(view.policy, null, 2).split('\n') };
  });
}

async function findTenant(connection: Connection, tenantId: string): Promise<Tenant> {
  const found = (await allTenants(connection)).find((tenant) => tenant.tenantId === tenantId);
  if (found === undefined) throw new NotFound(`there is no tenant ${tenantId}; \`mneme tenant list\` shows them`);
  return found;
}

async function allTenants({ admin }: Connection): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  let cursor: string | undefined;
  do {
    const page = await admin.listTenants(cursor === undefined ? {} : { cursor });
    tenants.push(...page.tenants);
    cursor = page.nextCursor;
  } while (cursor !== undefined && tenants.length < TENANTS_MAX);
  return tenants;
}

function viewOf({ policyJson, ...tenant }: Tenant) {
  return { ...tenant, policy: JSON.parse(policyJson === '' ? '{}' : policyJson) as unknown };
}
