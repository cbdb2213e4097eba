import { run, runJest } from './run-jest.mjs';

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
