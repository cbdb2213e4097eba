import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRun } from './servers/places.mjs';
import {
  down,
  givenNames,
  install,
  SERVER_NAMES,
  startableNames,
  status,
  up,
  variablesOf,
} from './servers/servers.mjs';
import { root } from './workspaces.mjs';

/**
 * `npm run bench` and `npm run eval`: builds, and runs the command with a service of its own. For `--profile distributed`
 * the engines are those that the environment names and, for the others, servers that are gone afterwards.
 */
const [command, ...words] = process.argv.slice(2);
const isDistributed =
  words.includes('--profile=distributed') || words[words.indexOf('--profile') + 1] === 'distributed';
let child;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));

process.exitCode = await main();

async function main() {
  const built = await run('npm', ['run', '--silent', isDistributed ? 'build:services' : 'build']);
  if (built !== 0) return built;
  const measure = (env = {}) => run(process.execPath, ['bin/mneme.js', command, '--own', ...words], env);
  const own = isDistributed ? SERVER_NAMES.filter((name) => !givenNames().includes(name)) : [];
  return own.length === 0 ? measure() : onServers(own, measure);
}

async function onServers(own, measure) {
  const missing = own.filter((name) => !startableNames().includes(name));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} cannot be started here: name it by MNEME_…_URL`);
  const directory = mkdtempSync(join(tmpdir(), 'mneme-engines-'));
  const servers = await openRun(directory);
  try {
    await install(own, console.error);
    await up(servers, own, { say: console.error });
    const pids = (await status(servers)).flatMap(({ name, pid }) => (pid === undefined ? [] : [`${name}=${pid}`]));
    return await measure({ ...variablesOf(servers, own), MNEME_ENGINE_PIDS: pids.join(',') });
  } finally {
    await down(servers, own, { wipe: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

function run(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]));
  });
}
