import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const DEMO = fileURLToPath(new URL('../../examples/demo/demo.mjs', import.meta.url));

describe('the demo', () => {
  it('tells its story to the end, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [DEMO], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
    const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const told = ((await out) ?? []).join('');
    expect([exitCode, ((await err) ?? []).join('')]).toEqual([0, '']);
    const inOrder = [
      /prefers window seats/,
      /lives_in Valencia.*\n.*prefers aisle seats/,
      /The booker|the booker/,
      /on 5 March .*window seats.*Porto/,
      /today .*aisle seats.*Valencia/,
      /monday-after +\d+ tokens .*\d\d %/,
      /Equal: /,
      /Done in \d+ s/,
    ];
    let rest = told;
    for (const part of inOrder) {
      const found = part.exec(rest);
      expect([part, found === null]).toEqual([part, false]);
      rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
    }
    const directory = /data in (\S+)/.exec(told)?.[1] ?? '';
    expect([directory === '', existsSync(directory)]).toEqual([false, false]);
  }, 90_000);
});
