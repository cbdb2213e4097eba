import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspaces.mjs';

/** Runs Jest with the arguments; answers how many tests passed and failed. `tell` is given the process. */
export async function runJest({ name, args, env = {}, tell = () => undefined }) {
  const directory = mkdtempSync(join(tmpdir(), 'mneme-jest-'));
  const report = join(directory, 'report.json');
  try {
    const exitCode = await run({
      name,
      script: 'tools/jest.mjs',
      args: [...args, '--forceExit', '--json', '--outputFile', report],
      env,
      tell,
    });
    return countsOf(readReport(report), exitCode);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a script of the repository and says how it went; answers its exit code. */
export function run({ name, script, args, env = {}, tell = () => undefined }) {
  console.log(`\n== ${name}`);
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
    const child = spawn(process.execPath, [join(root, script), ...args], options);
    tell(child);
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
