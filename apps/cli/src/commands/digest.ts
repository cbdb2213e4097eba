import { Corrupt, type DigestResponse } from '@mneme/client';
import { integer } from '../arguments.js';
import { count, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';

interface ReplayFlags {
  readonly tenant?: string;
  readonly times?: number;
  readonly shuffle?: number;
}

const TIMES_MAX = 10;
const SHOWN_DIGITS = 16;

export function addDigest(shelf: Shelf): void {
  const digest = leaf(shelf, 'digest')
    .description('compare every store with the log')
    .option('--tenant <id>', 'which tenant (operator key); absent: the tenant of the key in use');
  does<{ tenant?: string }>(shelf, digest, async (invocation, _words, { tenant }) => {
    const { admin } = invocation.connect(tenant === undefined ? 'agent' : 'operator');
    return resultOf(await admin.digest(tenant === undefined ? {} : { tenantId: tenant }));
  });

  const command = leaf(shelf, 'replay')
    .description('rebuild the stores from the log beside the live ones, and compare (operator key)')
    .option('--tenant <id>', 'compare this tenant alone')
    .option('--times <n>', 'apply the log so often over itself', integer(1, TIMES_MAX))
    .option('--shuffle <seed>', 'interleave the partitions at random', integer(0, Number.MAX_SAFE_INTEGER));
  does<ReplayFlags>(shelf, command, replay);
}

async function replay(
  invocation: Invocation,
  _words: readonly string[],
  { tenant, times, shuffle }: ReplayFlags,
): Promise<CommandResult> {
  const progress = invocation.progress('terminal');
  const steps = invocation.connect('operator').admin.replay({
    ...(tenant === undefined ? {} : { tenantId: tenant }),
    ...(times === undefined ? {} : { times }),
    ...(shuffle === undefined ? {} : { shuffleSeed: shuffle }),
  });
  for await (const { recordsApplied, recordsTotal, result } of steps) {
    if (result !== undefined) {
      progress.stop();
      return resultOf(result);
    }
    progress.update('records', recordsApplied, recordsTotal);
  }
  throw new Corrupt('the replay ended without a result');
}

function resultOf(digest: DigestResponse): CommandResult {
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
        : 'different: rebuild the store, and look for the cause',
    ],
    failed: !digest.equal,
  };
}
