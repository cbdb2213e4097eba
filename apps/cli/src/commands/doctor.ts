import { type Diagnosis, type DiagnosisCheck, isMemoryError } from '@mneme/client';
import { plain, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { lookOffline, type OfflineDigest } from '../offline.js';
import { versionOf } from '../paths.js';

const SKEW_MS_MAX = 5_000;

/** Looks for what is wrong, and says of each what to do. */
export function addDoctor(shelf: Shelf): void {
  const command = leaf(shelf, 'doctor')
    .description('what is wrong with a running service, and what to do (operator key)')
    .option('--offline', 'with the data directory of a service that does not run');
  does<{ offline?: boolean }>(shelf, command, (invocation, _words, { offline }) =>
    offline === true ? doctorOffline(invocation) : doctor(invocation),
  );
}

/** The files, what the consumers have left to do, and whether the stores are what the log says. */
async function doctorOffline(invocation: Invocation): Promise<CommandResult> {
  const { checks, digests } = await lookOffline(invocation);
  return resultOf([...checks, ...digests.map(digestCheck)]);
}

function digestCheck(digest: OfflineDigest): DiagnosisCheck {
  const name = `digest of ${digest.tenantId}`;
  if (digest.isBehind === true) {
    return { name, state: 'ok', found: 'the stores have to catch up first', remedy: '' };
  }
  const different = digest.stores.filter(({ equal }) => !equal).map(({ store }) => store);
  if (different.length === 0) return { name, state: 'ok', found: 'the stores hold what the log says', remedy: '' };
  const remedy = 'look for the cause; `mneme replay --switch` rebuilds the stores';
  return { name, state: 'bad', found: `different: ${different.join(', ')}`, remedy };
}

async function doctor(invocation: Invocation): Promise<CommandResult> {
  const sentMs = Date.now();
  try {
    const diagnosis = await invocation.connect('operator').maintenance.diagnose({});
    const answeredMs = Date.now();
    return resultOf([
      { name: 'reachability', state: 'ok', found: `answered in ${answeredMs - sentMs} ms`, remedy: '' },
      versionCheck(diagnosis),
      skewCheck(diagnosis, { sentMs, answeredMs }),
      ...diagnosis.checks,
    ]);
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    return resultOf([{ name: 'reachability', state: 'bad', found: error.message, remedy: remedyFor(error.code) }]);
  }
}

function versionCheck({ version }: Diagnosis): DiagnosisCheck {
  const own = versionOf();
  const [state, remedy] = version === own ? ['ok', ''] : ['warning', 'use the command line of the same release'];
  return { name: 'versions', state, found: `service ${version}, command line ${own}`, remedy };
}

/** What the way there and back cannot explain. */
function skewCheck({ now }: Diagnosis, { sentMs, answeredMs }: { sentMs: number; answeredMs: number }): DiagnosisCheck {
  const thereMs = Date.parse(now);
  const skewMs = thereMs < sentMs ? sentMs - thereMs : Math.max(0, thereMs - answeredMs);
  const isOff = !(skewMs <= SKEW_MS_MAX);
  const remedy = isOff ? 'one of the two clocks is wrong: let both follow a time server' : '';
  return { name: 'clock skew', state: isOff ? 'bad' : 'ok', found: `${skewMs} ms beyond the way there`, remedy };
}

function remedyFor(code: string): string {
  switch (code) {
    case 'unauthenticated':
    case 'forbidden':
      return 'use an operator key: --key, or the data directory of the service';
    case 'unavailable':
    case 'timeout':
      return 'is it running, and is this its address? `mneme serve` starts it; a start that fails says why';
    default:
      return 'look at the log of the service';
  }
}

function resultOf(checks: readonly DiagnosisCheck[]): CommandResult {
  const rows = checks.map(({ name, state, found, remedy }) => [state, name, plain(found), plain(remedy)]);
  const isBad = checks.some(({ state }) => state !== 'ok');
  return {
    json: { healthy: !isBad, checks },
    lines: [
      ...table(['', 'check', 'found', 'what to do'], rows),
      isBad ? 'something should be looked at' : 'all is well',
    ],
    failed: checks.some(({ state }) => state === 'bad'),
  };
}
