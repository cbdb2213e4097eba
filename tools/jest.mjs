import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';

/** Runs the repository's Jest with the given arguments from any directory: node tools/jest.mjs --selectProjects domain */
const root = resolve(import.meta.dirname, '..');
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    `${root}/node_modules/jest/bin/jest.js`,
    '-c',
    `${root}/jest.config.mjs`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', cwd: root },
);
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : code;
});
