import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { Unavailable } from '@mneme/client';
import type { CommandResult, Invocation } from '../invocation.js';
import type { Shelf } from '../leaf.js';
import { does } from '../leaf.js';
import { SERVICE_MAIN } from '../paths.js';
import { serveDistributed } from './serve-distributed.js';
import type { Terminal } from '../terminal.js';

export function addServe(shelf: Shelf): void {
  const command = shelf.program
    .command('serve')
    .description('run the whole service in one process, in the foreground')
    .option('--distributed', 'every service as a process of its own, on the engines that MNEME_… name');
  does<{ readonly distributed?: true }>(shelf, command, (invocation, _words, { distributed }) =>
    distributed === true ? serveDistributed(invocation) : serve(invocation),
  );
}

async function serve({ terminal, dataDirectory }: Invocation): Promise<CommandResult> {
  if (!existsSync(SERVICE_MAIN)) throw new Unavailable('the service is not built: run `npm run build` first');
  const child = spawn(process.execPath, [SERVICE_MAIN], {
    stdio: 'inherit',
    env: { ...terminal.environment, MNEME_DATA_DIR: dataDirectory },
  });
  const forward = () => passOn(terminal, (signal) => child.kill(signal));
  const killChild = () => child.kill('SIGKILL');
  terminal.signal.addEventListener('abort', forward, { once: true });
  process.once('exit', killChild);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    return { json: { exitCode }, lines: [], exitCode };
  } finally {
    process.removeListener('exit', killChild);
    terminal.signal.removeEventListener('abort', forward);
  }
}

// Ctrl-C reaches the child from the terminal itself, and the child takes a second signal for "at once".
function passOn(terminal: Terminal, kill: (signal: NodeJS.Signals) => void): void {
  const name: unknown = terminal.signal.reason;
  if (name === 'SIGINT' && terminal.stdin.isTTY === true) return;
  kill(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
}
