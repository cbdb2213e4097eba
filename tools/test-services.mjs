import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { engineSpecs } from './engine-specs.mjs';
import { run, runJest } from './run-jest.mjs';
import { openRun } from './servers/places.mjs';
import { down, givenNames, install, startableNames, up, variablesOf } from './servers/servers.mjs';
import { root } from './workspaces.mjs';

/**
 * `npm run test:services`: every spec of a real engine, on the engines that the environment names and, for the others, on
 * servers of its own, which are gone at the end however it ends. Suites of an engine that cannot be had here (Qdrant is not
 * installed by anybody but you) are named and left out. The last line is `N passed, N failed`.
 */
const JEST_WITHIN_MS = 45 * 60_000;
const FAILED = { passed: 0, failed: 1 };
const BUILD = { name: 'build', script: 'node_modules/typescript/bin/tsc', args: ['-b'] };

const given = givenNames();
const own = startableNames().filter((name) => !given.includes(name));
const directory = mkdtempSync(join(tmpdir(), 'mneme-services-'));
const servers = await openRun(directory);
let jest;
let signalled;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));

const counts = await testAll();
process.exitCode = signalled === undefined ? Number(counts.failed > 0) : 128 + constants.signals[signalled];
console.log(`${counts.passed} passed, ${counts.failed} failed`);
// A handle that something has left open must not keep the answer back.
process.exit();

async function testAll() {
  try {
    if ((await run({ ...BUILD, tell: (child) => (jest = child) })) !== 0) return FAILED;
    const { wanted, leftOut } = chosenSpecs();
    for (const { file, engines } of leftOut) {
      console.log(`not run, because ${engines.join(' and ')} cannot be reached: ${relative(root, file)}`);
    }
    const needed = own.filter((name) => wanted.some(({ engines }) => engines.includes(name)));
    await start(needed);
    return signalled === undefined ? await runSpecs(wanted, needed) : FAILED;
  } catch (error) {
    console.error(error.message);
    return FAILED;
  } finally {
    await down(servers, own, { wipe: true }).catch((error) => console.error(error.message));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function start(names) {
  console.log(`\n== engines: ${names.join(', ') || 'none'}; of the environment: ${given.join(', ') || 'none'}`);
  await install(names, console.log);
  await up(servers, names, { isQuick: true, say: console.log });
}

function chosenSpecs() {
  const reachable = [...given, ...own];
  const specs = engineSpecs().map(({ file, engines }) => {
    return { file, engines: engines.filter((engine) => !reachable.includes(engine)), all: engines };
  });
  return {
    wanted: specs.filter(({ engines }) => engines.length === 0).map(({ file, all }) => ({ file, engines: all })),
    leftOut: specs.filter(({ engines }) => engines.length > 0),
  };
}

async function runSpecs(specs, needed) {
  const env = { ...variablesOf(servers, needed), MNEME_TEST_ENGINES: 'yes' };
  const args = ['--maxWorkers', '2', '--runTestsByPath', ...specs.map(({ file }) => file)];
  const timer = setTimeout(() => end('SIGTERM'), JEST_WITHIN_MS);
  try {
    return await runJest({ name: 'specs of engines', args, env, tell: (child) => (jest = child) });
  } finally {
    clearTimeout(timer);
  }
}

/** Ends what runs; what was started goes with it. */
function end(signal) {
  signalled ??= signal;
  jest?.kill('SIGTERM');
}
