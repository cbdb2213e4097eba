import { execFileSync, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const LOG_LINES = 15;

export function isRoot() {
  return process.getuid?.() === 0;
}

export function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Numbers of a user, as `spawn` takes them. */
export function userOf(name) {
  const number = (flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** Runs a program, what it says going to a file. @throws Error with the end of that when it fails or takes too long. */
export function runToEnd(program, args, { logFile, withinMs, user, env = {} }) {
  const log = openSync(logFile, 'a');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', log, log],
      timeout: withinMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...env },
      ...user,
    });
    closeSync(log);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve();
      const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
      reject(new Error(`${program} failed (${code ?? signal}):\n${lines.map((line) => `  ${line}`).join('\n')}`));
    });
  });
}
