import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const directory = mkdtempSync(join(tmpdir(), 'mneme-runs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs scripts that end with these lines and codes, as the real ones do. */
function sumOf(...runs: readonly { readonly says: string; readonly code: number }[]) {
  const scripts = runs.map(({ says, code }, at) => {
    const script = join(directory, `run-${at}.mjs`);
    writeFileSync(script, `console.log('a line'); console.log(${JSON.stringify(says)}); process.exit(${code});`);
    return script;
  });
  const args = [join(import.meta.dirname, 'all-tests.mjs'), ...scripts];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  return { last: lines.at(-1), endings: lines.filter((line) => /^\d+ passed, \d+ failed$/.test(line)).length, status };
}

describe('all tests', () => {
  it('end with one line that sums the runs', () => {
    const sum = sumOf({ says: '3 passed, 0 failed', code: 0 }, { says: '4 passed, 0 failed', code: 0 });
    expect(sum).toEqual({ last: '7 passed, 0 failed', endings: 1, status: 0 });
  });

  it('fail when one of them does, and still run the others', () => {
    const sum = sumOf({ says: '3 passed, 2 failed', code: 1 }, { says: '4 passed, 0 failed', code: 0 });
    expect(sum).toEqual({ last: '7 passed, 2 failed', endings: 1, status: 1 });
  });

  it.each([
    ['says nothing of its tests', { says: 'out of memory', code: 1 }],
    ['ends otherwise than it says', { says: '0 passed, 0 failed', code: 143 }],
  ])('fail when a run %s', (_, run) => {
    expect(sumOf({ says: '3 passed, 0 failed', code: 0 }, run)).toMatchObject({
      last: '3 passed, 1 failed',
      status: 1,
    });
  });
});
