import { Option } from 'commander';
import type { Connection, Tenant } from '@mneme/client';
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
