import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspaces.mjs';

/**
 * `npm test`: every check of the repository, in the order in which a fault is cheapest to hear of. The first check that
 * fails ends the run; both Jest runs always finish. The last line is `N passed, N failed`, counting tests; a failed
 * check counts as one failed test, and a run without tests is a failure.
 */
const CHECKS = [
  { name: 'format', script: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'lint', script: 'node_modules/eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'] },
  { name: 'lint canaries', script: 'tools/canary.mjs', args: [] },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-b'] },
  { name: 'build', script: 'node_modules/typescript/bin/tsc', args: ['-b', 'apps/standalone', 'apps/cli'] },
];
const JEST_RUNS = [
  { name: 'tests', args: ['--ignoreProjects', 'e2e', '--maxWorkers', '2'] },
  { name: 'e2e', args: ['--selectProjects', 'e2e', '--runInBand'] },
];

const { passed, failed } = await runAll();
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

async function runAll() {
  for (const check of CHECKS) {
    if ((await run(check)) !== 0) return { passed: 0, failed: 1 };
  }
  const counts = { passed: 0, failed: 0 };
  for (const jestRun of JEST_RUNS) {
    const { passed, failed } = await runJest(jestRun);
    counts.passed += passed;
    counts.failed += failed;
  }
  return counts;
}

async function runJest({ name, args }) {
  const directory = mkdtempSync(join(tmpdir(), 'mneme-jest-'));
  const report = join(directory, 'report.json');
  try {
    const exitCode = await run({
      name,
      script: 'tools/jest.mjs',
      args: [...args, '--forceExit', '--json', '--outputFile', report],
    });
    return countsOf(readReport(report), exitCode);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A spec file that could not run counts as one failed test, as does a run that failed in any other way. */
function countsOf(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1 };
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const leftOut = report.numPendingTests + report.numTodoTests;
  if (leftOut > 0) console.log(`${leftOut} tests left out`);
  const failedOtherwise = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: failedOtherwise ? 1 : failed };
}

function run({ name, script, args }) {
  console.log(`\n== ${name}`);
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('exit', (code) => {
      console.log(
        `== ${name}: ${code === 0 ? 'ok' : 'FAILED'} after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
      );
      resolve(code ?? 1);
    });
  });
}
