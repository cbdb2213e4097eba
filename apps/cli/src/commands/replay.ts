import { Corrupt, InvalidInput, type ReplayProgress } from '@mneme/client';
import { integer } from '../arguments.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { resultOf } from './digest.js';

interface ReplayFlags {
  readonly tenant?: string;
  readonly times?: number;
  readonly shuffle?: number;
  readonly switch?: boolean;
  readonly rollback?: boolean;
  readonly dropPrevious?: boolean;
}

const TIMES_MAX = 10;

export function addReplay(shelf: Shelf): void {
  const command = leaf(shelf, 'replay')
    .description('rebuild the stores from the log beside the live ones, and compare (operator key)')
    .option('--tenant <id>', 'compare this tenant alone')
    .option('--times <n>', 'apply the log so often over itself', integer(1, TIMES_MAX))
    .option('--shuffle <seed>', 'interleave the partitions at random', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--switch', 'let the rebuilt stores take the place of the live ones, if they are what the log says')
    .option('--rollback', 'take the stores of before the last switch again, brought up to the log')
    .option('--drop-previous', 'remove the stores of before the last switch for good');
  does<ReplayFlags>(shelf, command, replay);
}

async function replay(invocation: Invocation, _words: readonly string[], flags: ReplayFlags): Promise<CommandResult> {
  refuseMixed(flags);
  const { admin } = invocation.connect('operator');
  if (flags.dropPrevious === true) {
    await admin.dropPrevious({});
    return { json: { dropped: true }, lines: ['the stores of before the last switch are removed'] };
  }
  const { tenant, times, shuffle } = flags;
  const steps = flags.rollback
    ? admin.rollBack({})
    : admin.replay({
        ...(tenant === undefined ? {} : { tenantId: tenant }),
        ...(times === undefined ? {} : { times }),
        ...(shuffle === undefined ? {} : { shuffleSeed: shuffle }),
        ...(flags.switch === true ? { switchOver: true } : {}),
      });
  return lastOf(steps, invocation);
}

async function lastOf(steps: AsyncIterable<ReplayProgress>, invocation: Invocation): Promise<CommandResult> {
  const progress = invocation.progress('terminal');
  for await (const { recordsApplied, recordsTotal, result, switched } of steps) {
    if (result === undefined) {
      progress.update('records', recordsApplied, recordsTotal);
      continue;
    }
    progress.stop();
    const compared = resultOf(result);
    if (switched === undefined) return compared;
    const told = switched ? 'switched: these are the live stores now' : 'not switched: the live stores are as before';
    return { json: { ...result, switched }, lines: [...compared.lines, told], failed: !switched };
  }
  throw new Corrupt('the replay ended without a result');
}

function refuseMixed({ tenant, times, shuffle, ...flags }: ReplayFlags): void {
  const chosen = [flags.switch, flags.rollback, flags.dropPrevious].filter((flag) => flag === true).length;
  const isNarrowed = tenant !== undefined || times !== undefined || shuffle !== undefined;
  if (chosen > 1) throw new InvalidInput('--switch, --rollback and --drop-previous go one at a time');
  if (chosen === 1 && isNarrowed) throw new InvalidInput('a switch is of all tenants, and applies the log once');
}
