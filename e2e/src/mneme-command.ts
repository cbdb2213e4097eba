import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The command line as a user runs it. */
export const BIN = fileURLToPath(new URL('../../bin/mneme.js', import.meta.url));

export interface Ran {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `mneme` against the service on a data directory. */
export async function mneme(
  directory: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...words, '--data-dir', directory], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, out: ((await out) ?? []).join(''), err: ((await err) ?? []).join('') };
}
