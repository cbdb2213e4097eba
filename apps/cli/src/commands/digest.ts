import { type DigestResponse, NotFound } from '@mneme/client';
import { count, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { lookOffline } from '../offline.js';

const SHOWN_DIGITS = 16;

export function addDigest(shelf: Shelf): void {
  const digest = leaf(shelf, 'digest')
    .description('compare every store with the log')
    .option('--tenant <id>', 'which tenant (operator key); absent: the tenant of the key in use')
    .option('--offline', 'with the data directory of a service that does not run; without --tenant: of all tenants');
  does<DigestFlags>(shelf, digest, async (invocation, _words, { tenant, offline }) => {
    if (offline === true) return digestOffline(invocation, tenant);
    const { admin } = invocation.connect(tenant === undefined ? 'agent' : 'operator');
    return resultOf(await admin.digest(tenant === undefined ? {} : { tenantId: tenant }));
  });
}

interface DigestFlags {
  readonly tenant?: string;
  readonly offline?: boolean;
}

async function digestOffline(invocation: Invocation, tenant: string | undefined): Promise<CommandResult> {
  const all = (await lookOffline(invocation)).digests;
  const digests = all.filter(({ tenantId }) => tenant === undefined || tenantId === tenant);
  if (digests.length === 0) throw new NotFound('there is no such tenant', { field: 'tenant' });
  const results = digests.map((one) => (one.isBehind === true ? undefined : resultOf(one)));
  const lines = digests.flatMap(({ tenantId }, i) => [
    `tenant ${tenantId}`,
    ...(results[i]?.lines ?? ['the stores have to catch up with the log first: start the service']),
  ]);
  return { json: { digests }, lines, failed: results.some((result) => result === undefined || result.failed === true) };
}

/** What a comparison of stores with the log says. */
export function resultOf(digest: DigestResponse): CommandResult {
  const rows = digest.stores.map((store) => [
    store.store,
    store.equal ? 'equal' : 'DIFFERENT',
    count(store.storeRecords),
    count(store.logRecords),
    store.storeSum.slice(0, SHOWN_DIGITS),
    store.logSum.slice(0, SHOWN_DIGITS),
  ]);
  return {
    json: digest,
    lines: [
      ...table(['store', '', 'records', 'by the log', 'sum', 'by the log'], rows),
      digest.equal
        ? 'equal: the stores hold what the log says'
        : 'different: look for the cause; `mneme replay --switch` rebuilds the stores',
    ],
    failed: !digest.equal,
  };
}
