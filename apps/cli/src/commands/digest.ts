import type { DigestResponse } from '@mneme/client';
import { count, table } from '../format.js';
import type { CommandResult } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

const SHOWN_DIGITS = 16;

export function addDigest(shelf: Shelf): void {
  const digest = leaf(shelf, 'digest')
    .description('compare every store with the log')
    .option('--tenant <id>', 'which tenant (operator key); absent: the tenant of the key in use');
  does<{ tenant?: string }>(shelf, digest, async (invocation, _words, { tenant }) => {
    const { admin } = invocation.connect(tenant === undefined ? 'agent' : 'operator');
    return resultOf(await admin.digest(tenant === undefined ? {} : { tenantId: tenant }));
  });
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
