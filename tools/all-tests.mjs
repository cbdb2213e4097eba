import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './workspaces.mjs';

/** Every test there is: `npm test`, then `npm run test:services`. The last line is `N passed, N failed` of both. */
const given = process.argv.slice(2);
const RUNS = given.length > 0 ? given : ['tools/test.mjs', 'tools/test-services.mjs'];
const COUNTS = /^(\d+) passed, (\d+) failed$/;

const sum = { passed: 0, failed: 0 };
for (const script of RUNS) {
  const { passed, failed } = await countsOf(script);
  sum.passed += passed;
  sum.failed += failed;
}
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
console.log(`${sum.passed} passed, ${sum.failed} failed`);

/** Passes on what it says but for its last line; without that line, or with another end than it tells, it has failed. */
async function countsOf(script) {
  const child = spawn(process.execPath, [resolve(root, script)], { cwd: root, stdio: ['inherit', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.on('exit', (code) => done(code ?? 1)));
  let last;
  for await (const line of createInterface({ input: child.stdout })) {
    if (last !== undefined) console.log(last);
    last = line;
  }
  const code = await ended;
  const [, passed, failed] = COUNTS.exec(last ?? '') ?? [];
  if (passed === undefined) {
    console.log(last ?? '');
    return { passed: 0, failed: 1 };
  }
  console.log(`${script}: ${last}`);
  return { passed: Number(passed), failed: code === 0 ? Number(failed) : Math.max(Number(failed), 1) };
}
