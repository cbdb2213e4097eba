import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { openRun } from './servers/places.mjs';
import {
  ADDRESS_VARIABLES,
  down,
  givenNames,
  missingFor,
  SERVER_NAMES,
  startableNames,
  up,
  variablesOf,
} from './servers/servers.mjs';
import { root } from './workspaces.mjs';

/**
 * `npm run start:distributed`: engines that the environment does not name, then every service as a process of its own, until
 * Ctrl-C; then the services stop, and the engines that were started here. Their data stays in `.mneme-distributed-engines`.
 */

const directory = resolve(process.env.MNEME_DATA_DIR ?? '.mneme-distributed');
const own = SERVER_NAMES.filter((name) => !givenNames().includes(name));
const absent = [...own.filter((name) => !startableNames().includes(name)), ...missingFor(own.filter(isStartable))];
if (absent.length > 0) {
  console.error(`${absent.join(', ')}: missing. \`npm run servers -- install\` installs what can be installed, and`);
  console.error(`${Object.values(ADDRESS_VARIABLES).join(', ')} name engines that run already: docs/distributed.md`);
  process.exit(1);
}

let services;
let signalled = false;
// The terminal sends Ctrl-C to the services as well; engines stay until those are done.
process.on('SIGINT', () => (signalled = true));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => ((signalled = true), services?.kill('SIGTERM')));

const run = own.length > 0 ? await openRun(`${directory}-engines`) : undefined;
try {
  if (run !== undefined) {
    console.error(`starting ${own.join(', ')} …`);
    await up(run, own, { say: (line) => console.error(line) });
  }
  process.exitCode = signalled ? 1 : await serve(run === undefined ? {} : variablesOf(run, own));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (run !== undefined) await down(run, own).catch((error) => console.error(error.message));
}

function isStartable(name) {
  return startableNames().includes(name);
}

function serve(env) {
  const args = [join(root, 'bin/mneme.js'), 'serve', '--distributed', '--data-dir', directory];
  services = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((resolveCode, reject) => {
    services.once('error', reject);
    services.once('exit', (code, signal) => resolveCode(code ?? 128 + constants.signals[signal]));
  });
}
